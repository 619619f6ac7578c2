"""Check an edition of the chart with nothing but Python:  python verify_edition.py edition.json artefact.ndjson

edition.json is /editions/<n>.json, artefact.ndjson is /editions/<n>/artefact.ndjson. Recomputed are C, every weighted
rating, every rank and both digests: WR = (S/10 + m·C)/(v + m), S in tenths of points, no float anywhere.
"""

import hashlib
import json
import sys


def half_even(top: int, bottom: int) -> int:
    """top/bottom as a whole number, halves to even."""
    whole, rest = divmod(top, bottom)
    return whole + (2 * rest > bottom or (2 * rest == bottom and whole % 2 == 1))


def add(parts: list) -> tuple:
    """The exact sum of fractions (top, bottom), as a tree."""
    if len(parts) == 1:
        return parts[0]
    (a, b), (c, d) = add(parts[: len(parts) // 2]), add(parts[len(parts) // 2 :])
    return a * d + c * b, b * d


def faults(edition: dict, data: bytes) -> list:
    """Everything in which the edition differs from its recomputation."""
    head, *films = [json.loads(line) for line in data.splitlines()]
    found = []

    def expect(what: str, published: object, recomputed: object) -> None:
        if published != recomputed:
            found.append(f"{what}: published {published}, recomputed {recomputed}")

    expect("content digest", edition["content_digest"], hashlib.sha256(data).hexdigest())
    link = [edition["previous_chain"], edition["content_digest"], str(edition["number"]), edition["at"]]
    expect("chain digest", edition["chain_digest"], hashlib.sha256("\n".join(link).encode()).hexdigest())
    expect("number of films", head["films"], len(films))

    top, bottom = add([(film["S"], 10 * film["v"]) for film in films])
    mean = half_even(top * 10**4, bottom * len(films))
    expect("C in ten-thousandths", head["C_e4"], mean)
    expect("C on the page", edition["c"], f"{mean // 10**4}.{mean % 10**4:04d}")
    for name in ("version", "m", "floor", "films"):
        expect(f"{name} on the page", edition[name], head[name])

    def wr(film: dict) -> int:
        return half_even(film["S"] * 10**5 + head["m"] * mean * 100, film["v"] + head["m"])

    order = sorted(films, key=lambda f: (f["v"] < head["floor"], -wr(f), -f["v"], f["year"], f["id"]))
    for place, film in enumerate(order, start=1):
        expect(f"WR of film {film['id']} in millionths", film["wr_e6"], wr(film))
        expect(f"rank of film {film['id']}", film["rank"], place if film["v"] >= head["floor"] else None)
    expect("order of the lines", [film["id"] for film in films], [film["id"] for film in order])
    return found


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as page, open(sys.argv[2], "rb") as artefact:
        edition, data = json.load(page), artefact.read()
    try:
        wrong = faults(edition, data)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        wrong = [f"this is no edition with its artefact: {error!r}"]
    for fault in wrong[:20]:
        print(fault)
    rows = data.count(b"\n") - 1
    print(f"Edition {edition['number']}: " + (f"{len(wrong)} faults" if wrong else f"holds, {rows:,} films recomputed"))
    sys.exit(bool(wrong))
