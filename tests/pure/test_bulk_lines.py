"""Lines of an upload: what is a rating, and what each line that is none is told. And where a file is read on."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from catalog.bulk import lines
from catalog.bulk.lines import BadHeader, Line
from catalog.bulk.reading import LOOKED_AT, ROWS, Reader

MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
GOOD = b'{"user": "ann", "movie": 11, "value": 8}'


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (GOOD, Line(1, "ann", 11, 8)),
        (b' {"value":10,"user":"a.b_c~d-E9","movie":1} ', Line(1, "a.b_c~d-E9", 1, 10)),
        (GOOD[:-1] + b', "rated_at": "2026-05-01T14:00:00+02:00"}', Line(1, "ann", 11, 8, MAY)),
        (rb'{"\u0075ser": "\u0061nn", "movie": 11, "value": 8}', Line(1, "ann", 11, 8)),
    ],
)
def test_a_line_of_json_is_a_rating(raw: bytes, line: Line) -> None:
    assert lines.of_json(1, raw) == line


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "not_json"),
        (b"[]", "not_json"),
        (b"null", "not_json"),
        (b'"user"', "not_json"),
        (GOOD + GOOD, "not_json"),
        (b"\xff\xfe", "not_utf8"),
        (b'{"user": "\xff", "movie": 11, "value": 8}', "not_utf8"),
        (rb'{"user": "\ud800", "movie": 11, "value": 8}', "not_json"),
        (b'{"user": "ann", "movie": 11, "value": NaN}', "not_json"),
        (b'{"user": "ann", "movie": 11}', "missing_field"),
        (b"{}", "missing_field"),
        (GOOD[:-1] + b', "stars": 4}', "unknown_field"),
        (GOOD[:-1] + b', "rated_at": "2026-05-01T12:00:00Z", "x": 1}', "unknown_field"),
        (GOOD[:-1] + b', "value": 8}', "duplicate_field"),
        (GOOD[:-1] + b', "user": "ann"}', "duplicate_field"),
        (GOOD[:-1] + rb', "\u0075ser": "ann"}', "duplicate_field"),
        (b'{"user": 7, "movie": 11, "value": 8}', "bad_value"),
        (b'{"user": "", "movie": 11, "value": 8}', "bad_value"),
        (b'{"user": "ann@example.com", "movie": 11, "value": 8}', "bad_value"),
        (b'{"user": "' + b"a" * 65 + b'", "movie": 11, "value": 8}', "bad_value"),
        (b'{"user": "ann", "movie": "11", "value": 8}', "bad_value"),
        (b'{"user": "ann", "movie": 0, "value": 8}', "bad_value"),
        (b'{"user": "ann", "movie": 1e30, "value": 8}', "bad_value"),
        (b'{"user": "ann", "movie": ' + b"9" * 40 + b', "value": 8}', "bad_value"),
        (b'{"user": "ann", "movie": true, "value": 8}', "bad_value"),
        (b'{"user": "ann", "movie": 11, "value": 0}', "bad_value"),
        (b'{"user": "ann", "movie": 11, "value": 11}', "bad_value"),
        (b'{"user": "ann", "movie": 11, "value": 8.0}', "bad_value"),
        (b'{"user": "ann", "movie": 11, "value": true}', "bad_value"),
        (b'{"user": ' + b"[" * 1_000 + b"]" * 1_000 + b', "movie": 11, "value": 8}', "bad_value"),
        (GOOD[:-1] + b', "rated_at": null}', "bad_value"),
        (GOOD[:-1] + b', "rated_at": "yesterday"}', "bad_value"),
        (GOOD[:-1] + b', "rated_at": "2026-02-31T12:00:00Z"}', "bad_value"),
        (GOOD[:-1] + b', "rated_at": "2026-05-01T12:00:00"}', "bad_value"),
        (GOOD[:-1] + b', "rated_at": 1777636800}', "bad_value"),
    ],
)
def test_a_line_of_json_that_is_no_rating_is_told_why(raw: bytes, code: str) -> None:
    line = lines.of_json(3, raw)
    assert line.fault is not None
    assert (line.number, line.fault.code) == (3, code)
    assert line == Line(3, fault=line.fault), "nothing of it is kept"
    assert "ann" not in line.fault.detail


@pytest.mark.parametrize(
    ("columns", "raw", "line"),
    [
        ("user,movie,value", b"ann,11,8", Line(1, "ann", 11, 8)),
        ("value,user,movie", b'"8","ann",11', Line(1, "ann", 11, 8)),
        ("user,movie,value,rated_at", b"ann,11,8,2026-05-01T12:00:00Z", Line(1, "ann", 11, 8, MAY)),
        ("user,movie,value,rated_at", b"ann,11,8,", Line(1, "ann", 11, 8)),
    ],
)
def test_a_line_of_csv_is_a_rating(columns: str, raw: bytes, line: Line) -> None:
    assert lines.of_csv(lines.header(columns.encode()))(1, raw) == line


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"ann,11", "not_csv"),
        (b"ann,11,8,9", "not_csv"),
        (b'ann,11,"8', "not_csv"),
        (b'ann,"1"1,8', "not_csv"),
        (b"ann,11,\xff", "not_utf8"),
        (b"ann, 11,8", "bad_value"),
        (b"ann,11,08", "bad_value"),
        (b"ann,11,8.0", "bad_value"),
        (b"ann,11,+8", "bad_value"),
        ("ann,11,８".encode(), "bad_value"),
        (b",11,8", "bad_value"),
        (b"=1+1,11,8", "bad_value"),
    ],
)
def test_a_line_of_csv_that_is_no_rating_is_told_why(raw: bytes, code: str) -> None:
    line = lines.of_csv(["user", "movie", "value"])(1, raw)
    assert line.fault is not None
    assert line.fault.code == code


@pytest.mark.parametrize(
    "raw",
    [b"", b"user,movie", b"user,movie,value,value", b"user,movie,value,x", b"ann,11,8", b"\xff", b'"user', b"User,movie,value"],
)  # fmt: skip
def test_a_header_that_does_not_name_the_columns_is_refused(raw: bytes) -> None:
    with pytest.raises(BadHeader, match="user, movie, value"):
        lines.header(raw)


def read(data: bytes, *, is_csv: bool = False) -> list[Line]:
    """All lines of a file, each chunk read by a reader of its own, as if the worker had died after the one before."""
    found: list[Line] = []
    offset = last_line = 0
    while True:
        chunk = Reader(io.BytesIO(data), is_csv=is_csv, offset=offset, last_line=last_line).next()
        found += chunk.lines
        assert chunk.offset > offset or not chunk.lines
        offset, last_line = chunk.offset, chunk.last_line
        if offset >= len(data):
            return found


def test_blank_lines_and_the_header_are_counted_and_say_nothing() -> None:
    assert [
        line.number for line in read(b"\xef\xbb\xbfuser,movie,value\r\nann,1,1\r\n\r\n  \nann,2,2", is_csv=True)
    ] == [2, 5]
    assert [line.number for line in read(b"\xef\xbb\xbf" + GOOD + b"\n\n" + GOOD + b"\n")] == [1, 3]
    assert read(b"\n" * (LOOKED_AT + 7) + GOOD) == [Line(LOOKED_AT + 8, "ann", 11, 8)]
    assert read(b"user,movie,value", is_csv=True) == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("over", range(-1, 4))
def test_a_line_may_be_so_long_and_no_longer(end: bytes, over: int) -> None:
    long = GOOD + b" " * (lines.MOST_BYTES - len(GOOD) + over)
    found = read(GOOD + b"\n" + long + end)
    assert found[1] == (Line(2, fault=lines.TOO_LONG) if over > 0 else Line(2, "ann", 11, 8))
    assert len(found) == 2


def test_what_follows_a_line_without_end_is_read() -> None:
    assert read(b"x" * 3_000_000 + b"\n" + GOOD) == [Line(1, fault=lines.TOO_LONG), Line(2, "ann", 11, 8)]


@given(some.lists(some.sampled_from([GOOD, b"", b"{", b"x" * 5_000, b" ", b"\xff"]), max_size=60), some.booleans())
def test_a_file_read_chunk_by_chunk_is_the_file(rows: list[bytes], ends: bool) -> None:
    data = b"\n".join(rows) + (b"\n" if ends and rows else b"")
    wanted = [number for number, row in enumerate(rows, 1) if row.strip()]
    assert [line.number for line in read(data)] == wanted


def test_a_chunk_holds_so_many_ratings() -> None:
    reader = Reader(io.BytesIO((GOOD + b"\n") * (ROWS + 1)), is_csv=False, offset=0, last_line=0)
    assert [len(reader.next().lines) for _ in range(3)] == [ROWS, 1, 0]
