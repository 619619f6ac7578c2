"""An edition's bytes: pinned, read back, chained, and checked by the script that anyone can run."""

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.recsys.editions import artefact, chain_digest, content_digest, parse
from catalog.recsys.weighted import Tallied, chart

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_edition.py"
ZEROS = "0" * 64
AT = "2026-06-01T12:00:00Z"
SMALL = [
    Tallied(1, 1954, 120, 120 * 87),
    Tallied(2, 1941, 30_000, 30_000 * 91),
    Tallied(3, 1968, 7, 7 * 60),
    Tallied(4, 1968, 7, 7 * 60),
]
HEAD = (
    b'{"format":"retromovies-edition-1","version":"weighted-rating v1","m":25000,"floor":10,'
    b'"c_rule":"mean of S/10v over films with v >= 1, half-even at 4 decimals","kinds":["MEMBER"],'
    b'"C_e4":74500,"films":4}\n'
)
ROWS = (
    b'{"id":2,"year":1941,"v":30000,"S":2730000,"wr_e6":8350000,"rank":1}\n'  # (273,000 + 186,250) / 55,000
    b'{"id":1,"year":1954,"v":120,"S":10440,"wr_e6":7455971,"rank":2}\n'  # (1,044 + 186,250) / 25,120
    b'{"id":3,"year":1968,"v":7,"S":420,"wr_e6":7449594,"rank":null}\n'  # (42 + 186,250) / 25,007
    b'{"id":4,"year":1968,"v":7,"S":420,"wr_e6":7449594,"rank":null}\n'
)
PINNED = "7d9d78cdd2c8a0ec53d95045557e1113f89db101dc2c765f1054627feab3e88a"


def written(films=SMALL, *, m=25_000, floor=10, version="weighted-rating v1", kinds=("MEMBER",)):
    made = chart(films, prior_votes=m, floor=floor)
    return artefact(made, version=version, prior_votes=m, floor=floor, kinds=list(kinds))


def page(data, number=3, previous="ab" * 32):
    """What /editions/<n>.json says of an edition with these bytes."""
    head, _ = parse(data)
    mean = head["C_e4"]
    return {
        "number": number,
        "at": AT,
        **{name: head[name] for name in ("version", "m", "floor", "films")},
        "c": f"{mean // 10**4}.{mean % 10**4:04d}",
        "content_digest": content_digest(data),
        "previous_chain": previous,
        "chain_digest": chain_digest(previous, content_digest(data), number, AT),
    }


# --- bytes -------------------------------------------------------------------------------------------------------
def test_the_bytes_are_canonical():
    assert written() == HEAD + ROWS


def test_the_digest_of_a_small_chart_never_changes():
    """Whoever changes this changes the digest of every edition there is."""
    assert content_digest(written()) == hashlib.sha256(HEAD + ROWS).hexdigest() == PINNED


def test_the_order_of_films_and_kinds_leaves_the_bytes_alone():
    assert written(SMALL[::-1]) == written()
    assert written(kinds=["PARTNER", "MEMBER"]) == written(kinds=["MEMBER", "PARTNER"])


@pytest.mark.parametrize(
    "other", [{"m": 24_999}, {"floor": 1}, {"version": "weighted-rating v2"}, {"kinds": ("DEMO",)}]
)
def test_every_parameter_is_in_the_content(other):
    assert content_digest(written(**other)) != content_digest(written())


@given(
    st.lists(
        st.integers(1, 10**6).flatmap(
            lambda v: st.tuples(st.integers(1888, 2100), st.just(v), st.integers(10 * v, 100 * v))
        ),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, 10**9),
    st.integers(1, 1000),
)
def test_what_is_written_is_read_back(films, m, floor):
    tallied = [Tallied(number, *film) for number, film in enumerate(films, start=1)]
    made = chart(tallied, prior_votes=m, floor=floor)
    data = artefact(made, version="weighted-rating v1", prior_votes=m, floor=floor, kinds=["MEMBER"])
    head, rows = parse(data)
    assert rows == made.rows
    assert (head["m"], head["floor"], head["C_e4"], head["films"]) == (m, floor, made.mean_e4, len(rows))
    assert data.isascii()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"7\n" + ROWS,
        HEAD,
        HEAD + ROWS + ROWS.splitlines(keepends=True)[0],
        HEAD.replace(b"edition-1", b"edition-2") + ROWS,
        HEAD + ROWS.replace(b'"year":1941,', b""),
        HEAD + ROWS.replace(b'"rank":1}', b'"rank":1'),
        HEAD + b"7\n" * 4,
        b"\xff" + HEAD + ROWS,
    ],
)
def test_what_is_no_artefact_is_refused(data):
    with pytest.raises(ValueError, match="not an edition's artefact"):
        parse(data)


# --- the chain ---------------------------------------------------------------------------------------------------
def test_the_chain_digest_is_that_of_four_lines():
    lines = f"{ZEROS}\n{'c' * 64}\n1\n{AT}"
    assert chain_digest(ZEROS, "c" * 64, 1, AT) == hashlib.sha256(lines.encode()).hexdigest()


def test_the_chain_holds_number_time_and_predecessor_and_the_content_none_of_them():
    first = chain_digest(ZEROS, "c" * 64, 1, AT)
    others = {
        chain_digest("1" * 64, "c" * 64, 1, AT),
        chain_digest(ZEROS, "d" * 64, 1, AT),
        chain_digest(ZEROS, "c" * 64, 2, AT),
        chain_digest(ZEROS, "c" * 64, 1, "2026-06-01T12:00:01Z"),
    }
    assert len(others | {first}) == 5
    head, _ = parse(written())
    assert set(head) == {"format", "version", "m", "floor", "c_rule", "kinds", "C_e4", "films"}


# --- docs/verify_edition.py --------------------------------------------------------------------------------------
@pytest.fixture
def check(tmp_path):
    """Run the script on an edition, with nothing of ours and no installed package in reach."""

    def run(document, data):
        (tmp_path / "edition.json").write_text(json.dumps(document))
        (tmp_path / "artefact.ndjson").write_bytes(data)
        command = [sys.executable, "-I", "-S", str(SCRIPT), "edition.json", "artefact.ndjson"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)

    return run


def test_the_script_is_short_and_needs_nothing_but_python():
    source = SCRIPT.read_text()
    assert len(source.splitlines()) <= 80
    nodes = list(ast.walk(ast.parse(source)))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


@pytest.mark.parametrize("floor", [1, 10])
def test_the_script_confirms_a_good_edition(check, floor):
    data = written(floor=floor)
    done = check(page(data), data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Edition 3: holds, 4 films recomputed\n"


@pytest.mark.parametrize("flipped", [b"020", b"920", b"100", b"150", b"121", b"125"])
def test_the_script_refuses_a_flipped_digit_of_a_vote(check, flipped):
    """Also when whoever flipped it made the digests fit again: the rating itself no longer follows."""
    bad = written().replace(b'"v":120,', b'"v":' + flipped + b",")
    for document in (page(written()), resealed(written(), bad)):
        done = check(document, bad)
        assert done.returncode == 1
        assert ("1 faults" in done.stdout, done.stderr) == (flipped == b"020", "")


def resealed(good, bad):
    """The page of an edition whose digests were made to fit its changed bytes."""
    digest = content_digest(bad)
    return page(good) | {"content_digest": digest, "chain_digest": chain_digest("ab" * 32, digest, 3, AT)}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (b'"S":10440', b'"S":10441', "WR of film 1"),
        (b'"wr_e6":8350000', b'"wr_e6":8350001', "WR of film 2"),
        (b'"rank":2', b'"rank":3', "rank of film 1"),
        (b'"rank":null', b'"rank":3', "rank of film 3"),
        (b'"C_e4":74500', b'"C_e4":74501', "C in ten-thousandths"),
        (b'"m":25000', b'"m":25001', "m on the page"),
        (b'"floor":10', b'"floor":1', "floor on the page"),
        (b'"films":4', b'"films":5', "number of films"),
        (b'"rank":2}', b'"rank":2', "no edition with its artefact"),
        (b'"v":120', b'"v":0', "no edition with its artefact"),
        (HEAD, b"", "no edition with its artefact"),
    ],
)
def test_the_script_says_what_differs(check, old, new, named):
    bad = written().replace(old, new, 1)
    done = check(resealed(written(), bad), bad)
    assert done.returncode == 1
    assert named in done.stdout


def test_the_script_minds_the_order_of_the_lines(check):
    lines = written().splitlines(keepends=True)
    bad = b"".join([lines[0], lines[1], lines[2], lines[4], lines[3]])
    done = check(resealed(written(), bad), bad)
    assert done.returncode == 1
    assert "order of the lines" in done.stdout


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("number", 4, "chain digest"),
        ("at", "2026-06-01T12:00:01Z", "chain digest"),
        ("previous_chain", ZEROS, "chain digest"),
        ("chain_digest", ZEROS, "chain digest"),
        ("content_digest", ZEROS, "content digest"),
        ("c", "7.4501", "C on the page"),
        ("m", 1, "m on the page"),
        ("version", "weighted-rating v2", "version on the page"),
        ("films", 5, "films on the page"),
    ],
)
def test_the_script_holds_the_page_against_the_bytes(check, field, value, named):
    done = check(page(written()) | {field: value}, written())
    assert done.returncode == 1
    assert named in done.stdout


def test_the_script_explains_itself(tmp_path):
    done = subprocess.run([sys.executable, "-I", "-S", SCRIPT], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "edition.json" in done.stderr
