"""Weigh an edition of the chart by other rules, with nothing but Python:

    python rerank.py artefact.ndjson --m 1300 --floor 1000 --c films [--first 100]

artefact.ndjson is /editions/<n>/artefact.ndjson. --m: votes of C added to every film; --floor: least votes to be listed;
--c: what C is: films (the mean of all films, each counted once), listed (of those at or above the floor), votes (the mean of
all votes), or a number such as 6.5. What is left out is as in the edition, so that without any of them its own chart comes out.
Printed: rank, the film's number, WR. WR = (S/10 + m·C)/(v + m), S in tenths of points, C half-even at four decimals, WR at
six; order: WR down, votes down, year up, number up. No float anywhere.
"""

import argparse
import json
import re
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


def mean_of_films(films: list) -> int:
    """The mean of the films' own means, in ten-thousandths."""
    top, bottom = add([(film["S"], 10 * film["v"]) for film in films])
    return half_even(top * 10**4, bottom * len(films))


def mean(films: list, rule: str, floor: int) -> int:
    """C in ten-thousandths."""
    if rule == "votes":
        return half_even(sum(film["S"] for film in films) * 10**4, 10 * sum(film["v"] for film in films))
    if rule == "listed":
        return mean_of_films([film for film in films if film["v"] >= floor])
    if rule == "films":
        return mean_of_films(films)
    whole, _, rest = rule.partition(".")
    return int(whole) * 10**4 + int(f"{rest:0<4}")


def reranked(data: bytes, m: "int | None" = None, floor: "int | None" = None, rule: str = "films") -> tuple:
    """C in ten-thousandths, and (rank, number, WR in millionths) of each listed film, best first."""
    head, *films = [json.loads(line) for line in data.splitlines()]
    m, floor = head["m"] if m is None else m, head["floor"] if floor is None else floor
    if not any(film["v"] >= floor for film in films):
        raise ValueError(f"--floor: no film has {floor} votes; the most voted has {max(film['v'] for film in films)}")
    c = mean(films, rule, floor)

    def wr(film: dict) -> int:
        return half_even(film["S"] * 10**5 + m * c * 100, film["v"] + m)

    listed = [(-wr(film), -film["v"], film["year"], film["id"]) for film in films if film["v"] >= floor]
    return c, [(rank, place[3], -place[0]) for rank, place in enumerate(sorted(listed), start=1)]


def count(text: str) -> int:
    """A whole number up to a thousand million."""
    if not (text.isascii() and text.isdigit() and int(text) <= 10**9):
        raise argparse.ArgumentTypeError("give a whole number from 0 to 1000000000")
    return int(text)


def rule(text: str) -> str:
    """A rule for C."""
    number = re.fullmatch(r"\d{1,2}(\.\d{1,4})?", text, re.ASCII)
    if text not in ("films", "listed", "votes") and not (number and 1 <= float(text) <= 10):
        raise argparse.ArgumentTypeError(
            "give films, listed, votes, or a number from 1 to 10 with four decimals at most"
        )
    return text


if __name__ == "__main__":
    asked = argparse.ArgumentParser(usage=__doc__)
    asked.add_argument("artefact", type=argparse.FileType("rb"))
    asked.add_argument("--m", type=count)
    asked.add_argument("--floor", type=count)
    asked.add_argument("--c", type=rule, default="films")
    asked.add_argument("--first", type=count)
    given = asked.parse_args()
    try:
        c, lines = reranked(given.artefact.read(), given.m, given.floor, given.c)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        sys.exit(f"This cannot be weighed: {error}")
    print(
        f"C = {c // 10**4}.{c % 10**4:04d}, {len(lines)} films. This is not the official chart unless m, floor and C are its own."
    )
    for rank, number, wr in lines[: given.first]:
        print(f"{rank:>6} {number:>7} {wr // 10**6}.{wr % 10**6:06d}")
