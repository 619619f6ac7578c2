"""This site's own export: what each file holds, and how it is read back. The NDJSON is exact; the CSV is for people."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from catalog.moving import own_rules
from catalog.moving.lines import ALERT, CHOICES, ENTRY, HIDDEN, LIST, PLAY, RATING, SEEN, WATCHLIST, Line
from catalog.moving.own_format import FORMAT, TABLES
from catalog.moving.refusals import BadFile
from catalog.moving.tables import FIRST_DAY, decoded
from catalog.words import printable

ORIGIN = "OWN"
AGAIN = _("Take your data out again, and send that ZIP as it is.")
NO_SUCH = {
    "text": _("it is no text."),
    "number": _("it is no whole number that can be kept."),
    "yes or no": _("it is neither true nor false."),
    "day": _("it is no day."),
    "moment": _("it is no moment."),
}
KINDS = {
    "choices": CHOICES,
    "ratings": RATING,
    "diary": SEEN,
    "lists": LIST,
    "list_films": ENTRY,
    "put_away": HIDDEN,
    "plays": PLAY,
    "waiting_for": ALERT,
}
FILM = ("film", "title", "year")


def is_ours(files: Mapping[str, bytes]) -> bool:
    """Say whether these are the files of an export of ours: its schema.json says so."""
    try:
        schema = json.loads(files.get("schema.json", b"{}"))
    except (ValueError, RecursionError):
        return False
    return isinstance(schema, dict) and str(schema.get("format", "")).startswith("retromovies-export/")


def read_files(files: Mapping[str, bytes]) -> set[str]:
    """Return the files that are read, and those that only say the same in other words."""
    about = {"README.txt", "schema.json", "account.csv", "account.ndjson"}
    return {name for name in files if name in about or name.rpartition(".")[0] in KINDS}


def lines(files: Mapping[str, bytes]) -> Iterator[Line]:
    """Yield the rows of every table, in the order in which they are to be taken. Raises BadFile."""
    schema = json.loads(files["schema.json"])
    if schema["format"] != FORMAT:
        given = {"form": str(schema["format"])[:40], "ours": FORMAT}
        raise BadFile("schema.json", _("it is of the form %(form)s; we read %(ours)s."), AGAIN, given=given)
    for table, kind in KINDS.items():
        name = f"{table}.ndjson"
        if name not in files:
            raise BadFile(name, _("it is missing in the ZIP."), AGAIN)
        for number, text in enumerate(decoded(name, files[name]).split("\n"), 1):
            if text.strip():
                row = _row(name, number, text, table)
                if wrong := own_rules.broken(kind, row):
                    raise BadFile(name, wrong.words, AGAIN, line=number, column=wrong.column, given=wrong.given)
                yield _line(kind, name, number, row)


def _row(name: str, number: int, text: str, table: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFile(name, _("it is no JSON."), AGAIN, line=number) from error
    for column in TABLES[table]:
        if not isinstance(row, dict) or column.name not in row:
            raise BadFile(name, _("it is missing."), AGAIN, line=number, column=column.name)
        value = row[column.name]
        if value is None and not column.empty:
            raise BadFile(name, _("it is empty."), AGAIN, line=number, column=column.name)
        if value is not None and not _CHECKS[column.kind](value):
            raise BadFile(name, NO_SUCH[column.kind], AGAIN, line=number, column=column.name)
    found: dict[str, Any] = row
    return found


def _line(kind: str, name: str, number: int, row: dict[str, Any]) -> Line:
    facts = {key: value for key, value in row.items() if key not in FILM}
    if kind == LIST:
        title = WATCHLIST if row["watchlist"] else row["title"]
        facts = {**facts, "list": title, "ref": f"list {row['list']}", "own_title": row["title"]}
        return Line(kind, name, number, facts=facts)
    if kind == ENTRY:
        facts["ref"] = f"list {row['list']}"
    film = {"title": row["title"], "year": row["year"], "film": row["film"]} if "film" in row else {}
    return Line(kind, name, number, **film, facts=facts)


def _text(value: Any) -> bool:
    """Say whether it is a text that every column, feed and page can carry: JSON can spell signs that are none."""
    return isinstance(value, str) and printable(value) == value


def _day(value: Any) -> bool:
    return isinstance(value, str) and _is_written(date.fromisoformat, value)


def _moment(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("+00:00") and _is_written(datetime.fromisoformat, value)


def _is_written(parse: Callable[[str], date], value: str) -> bool:
    """Say whether it is since the first films, and written as we write it: then the later of two is the greater text."""
    try:
        found = parse(value)
    except ValueError:
        return False
    return found.isoformat() == value and found.year >= FIRST_DAY.year


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "text": _text,
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31,
    "yes or no": lambda value: isinstance(value, bool),
    "day": _day,
    "moment": _moment,
}
