"""One line of an upload as a rating, or the reason why it is none. Strict: what is misspelt is told, not guessed."""

import csv
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from catalog.moments import moment
from catalog.opaque import MOST_REFERENCE, REFERENCE

FIELDS = ("user", "movie", "value", "rated_at")
NEEDED = FIELDS[:3]
LARGEST_ID = 10**18 - 1  # as addresses take them
LEAST, MOST = 1, 10
MOST_BYTES = 4 * 1024  # of a line
WHOLE = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class Fault(NamedTuple):
    """Why a line says nothing. The words name no viewer: results may be kept where ratings may not."""

    code: str
    detail: str


class Line(NamedTuple):
    """number: in the file, from 1. Without a fault it is a rating; rated_at: when the file says so."""

    number: int
    user: str = ""
    movie: int = 0
    value: int = 0
    rated_at: datetime | None = None
    fault: Fault | None = None


class BadHeader(Exception):
    """The first line of a CSV file does not name the columns; the words say how it must read."""


TOO_LONG = Fault("too_long", f"A line holds at most {MOST_BYTES:,} bytes.")
NOT_UTF8 = Fault("not_utf8", "The line is no UTF-8.")
NOT_JSON = Fault("not_json", "The line is no JSON object.")
NOT_CSV = Fault("not_csv", "The line is no CSV: quotes stand around a whole cell, and are doubled within it.")
NESTED = Fault("bad_value", "A field of a line is a text or a number, never a list or an object.")
TWICE = Fault("duplicate_field", "The line names a field twice.")
USER = Fault(
    "bad_value", f"user must be a text of 1 to {MOST_REFERENCE} letters, digits, or any of . _ ~ - (an opaque id)."
)
MOVIE = Fault("bad_value", f"movie must be a whole number from 1 to {LARGEST_ID}.")
VALUE = Fault("bad_value", f"value must be a whole number from {LEAST} to {MOST}.")
RATED_AT = Fault(
    "bad_value", "rated_at must be an RFC 3339 moment such as 2026-11-28T12:00:00Z; leave it out if unknown."
)
Read = Callable[[int, bytes], Line]


def of_json(number: int, raw: bytes) -> Line:
    """Read one line of NDJSON."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return Line(number, fault=_unreadable(raw, NOT_JSON))
    if type(found) is not dict:
        return Line(number, fault=NOT_JSON)
    if any(type(value) in (list, dict) for value in found.values()):
        return Line(number, fault=NESTED)
    if not _named_once(raw, found):
        return Line(number, fault=TWICE)
    try:
        user, movie, value = found["user"], found["movie"], found["value"]
    except KeyError:
        return Line(number, fault=_misnamed(found))
    if len(found) > len(NEEDED) and not (len(found) == len(FIELDS) and "rated_at" in found):
        return Line(number, fault=_misnamed(found))
    return _checked(number, user, movie, value, found.get("rated_at", ""))


def of_csv(columns: Sequence[str]) -> Read:
    """Return the reader of lines under a header."""
    at = {name: place for place, name in enumerate(columns)}
    user, movie, value, rated_at = (at.get(name) for name in FIELDS)
    assert user is not None
    assert movie is not None
    assert value is not None
    wrong = Fault("not_csv", f"The line must have {len(columns)} cells, as the first line has.")

    def read(number: int, raw: bytes) -> Line:
        cells = _cells(raw)
        if isinstance(cells, Fault):
            return Line(number, fault=cells)
        if len(cells) != len(columns):
            return Line(number, fault=wrong)
        when = cells[rated_at] if rated_at is not None else ""
        return _checked(number, cells[user], _whole(cells[movie]), _whole(cells[value]), when)

    return read


def header(raw: bytes) -> list[str]:
    """Return the columns that the first line of a CSV file names. Raises BadHeader."""
    cells = _cells(raw)
    if isinstance(cells, Fault) or not set(NEEDED) <= set(cells) <= set(FIELDS) or len(set(cells)) < len(cells):
        raise BadHeader(
            "The first line of a CSV file must name the columns user, movie, value and, if you like, rated_at, "
            "each once and no other, between commas."
        )
    return cells


def _checked(number: int, user: Any, movie: Any, value: Any, rated_at: Any) -> Line:
    """Return the rating that these make. Types are compared so that true is no number; an empty rated_at is none."""
    if type(user) is not str or not REFERENCE.fullmatch(user):
        return Line(number, fault=USER)
    if type(movie) is not int or not 1 <= movie <= LARGEST_ID:
        return Line(number, fault=MOVIE)
    if type(value) is not int or not LEAST <= value <= MOST:
        return Line(number, fault=VALUE)
    if rated_at == "":
        return Line(number, user, movie, value)
    when = moment(rated_at) if type(rated_at) is str else None
    return Line(number, user, movie, value, when) if when else Line(number, fault=RATED_AT)


def _named_once(raw: bytes, found: dict[str, Any]) -> bool:
    """Say whether no name is there twice, of which orjson keeps the last: then there are more quotes than it needs."""
    texts = len(found) + sum(type(value) is str for value in found.values())
    if b"\\" not in raw and raw.count(b'"') == 2 * texts:
        return True
    once = True

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal once
        once = once and len(dict(pairs)) == len(pairs)
        return dict(pairs)

    json.loads(raw, object_pairs_hook=look)
    return once


def _misnamed(found: dict[str, Any]) -> Fault:
    missing = [name for name in NEEDED if name not in found]
    if missing:
        return Fault("missing_field", f"The line must name {', '.join(NEEDED)}: {missing[0]} is missing.")
    return Fault("unknown_field", f"The line names a field that is none of {', '.join(FIELDS)}.")


def _unreadable(raw: bytes, otherwise: Fault) -> Fault:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return NOT_UTF8
    return otherwise


def _cells(raw: bytes) -> list[str] | Fault:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return NOT_UTF8
    if '"' not in text:
        return text.split(",")
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return NOT_CSV
    return rows[0] if len(rows) == 1 else NOT_CSV


def _whole(text: str) -> int | None:
    return int(text) if WHOLE.fullmatch(text) else None
