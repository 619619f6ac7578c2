"""This site's own export: what is in it, how it is written, and how it is read back.

A ZIP of tables, each as .csv (for people and spreadsheets) and .ndjson (for programs; this is what is read back), with
schema.json, which describes every file and column, and README.txt. The same belongings are the same bytes.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from catalog.moving.archives import pack
from catalog.moving.lines import ALERT, CHOICE, ENTRY, HIDDEN, LIST, PLAY, RATING, VIEWING, WATCHLIST, BadFile, Line
from catalog.moving.tables import moment

FORMAT = "retromovies-export-1"
SCHEMA = "schema.json"
_PLAIN: dict[str, str] = {
    "seen_on": "on",
    "rated_at": "at",
    "added_at": "at",
    "hidden_at": "at",
}  # as lines of any source say it
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
_FILM = (
    ("film", "integer|null", "number of the film in this catalogue; null when it left that"),
    ("title", "string", "its title"),
    ("year", "integer|null", "the year it was released"),
)
_NOTE = ("note", "string", "what you wrote beside it")


@dataclass(frozen=True)
class Table:
    """One kind of belongings. columns: (name, type, what it is); a type with |null may be missing."""

    name: str
    kind: str
    about: str
    columns: tuple[tuple[str, str, str], ...]

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.columns]


def _moment(name: str, about: str, missing: bool = False) -> tuple[str, str, str]:
    return name, "date-time|null" if missing else "date-time", about


TABLES = (
    Table(
        "choices",
        CHOICE,
        "What you chose for yourself.",
        (("name", "string", "of the choice"), ("value", "boolean|string", "what you chose")),
    ),
    Table(
        "ratings",
        RATING,
        "Your ratings as they stand.",
        (*_FILM, ("value", "integer", "from 1 to 10"), _moment("rated_at", "when you gave it")),
    ),
    Table(
        "diary",
        VIEWING,
        "Films you noted as seen; one line a viewing, by day.",
        (*_FILM, ("seen_on", "date|null", "the day; null: some time"), _NOTE),
    ),
    Table(
        "watchlist",
        WATCHLIST,
        "Your watchlist in its order.",
        (*_FILM, _NOTE, _moment("added_at", "when you put it there")),
    ),
    Table(
        "lists",
        LIST,
        "Your lists; whether one is shared is not in here.",
        (
            ("list", "integer", "number of the list in this export"),
            ("title", "string", "its title"),
            _NOTE,
            ("numbered", "boolean", "whether places are shown as numbers"),
            _moment("made_at", "when you made it"),
        ),
    ),
    Table(
        "list_films",
        ENTRY,
        "The films of your lists, list by list in their order.",
        (("list", "integer", "number of the list"), *_FILM, _NOTE, _moment("added_at", "when you put it there")),
    ),
    Table("hidden", HIDDEN, "Films you put away.", (*_FILM, _moment("hidden_at", "when you did"))),
    Table(
        "plays",
        PLAY,
        "What you watched here, if you had us keep it; one line a viewing. Positions are in seconds.",
        (
            *_FILM,
            _moment("started_at", "when it began"),
            _moment("seen_at", "when you last watched"),
            ("position", "integer", "where you stopped"),
            ("furthest", "integer", "how far you ever got"),
            ("length", "integer", "of what was played"),
            _moment("finished_at", "when you saw its end; null: not yet", missing=True),
            ("by_hand", "boolean", "whether you said so yourself"),
            _moment("removed_at", "when you took it out of the row; null: it is there", missing=True),
        ),
    ),
    Table(
        "alerts",
        ALERT,
        "Films you wait for.",
        (
            *_FILM,
            ("territory", "string", "where"),
            _moment("asked_at", "since when"),
            _moment("found_at", "when it came back; null: not yet", missing=True),
            _moment("read_at", "when you saw that; null: not yet", missing=True),
        ),
    ),
)
README = """What you keep at Retromovies.

Each table is here twice: as .csv for a spreadsheet, and as .ndjson (one JSON object a line) for programs.
schema.json says what every file and every column is. Times are UTC. Nothing in here says when it was made:
the same belongings are the same bytes.

Not in here: your password and second factor, the secret addresses of your feeds and shared lists, and what
you took away and could still have back. Earlier values of ratings that you changed are not in here either.

To bring all of it back, here or elsewhere: “Bring films along” among what is yours, with this very ZIP.
"""


def written(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Return the ZIP. rows: for each table's name its rows, as columns name them, in their order."""
    files: dict[str, bytes] = {"README.txt": README.encode(), SCHEMA: _json(schema(), 2)}
    for table in TABLES:
        found = rows.get(table.name, ())
        files[f"{table.name}.csv"] = _csv(table, found)
        files[f"{table.name}.ndjson"] = b"".join(_json({name: row[name] for name in table.names}) for row in found)
    return pack(files)


def schema() -> dict[str, Any]:
    """Return what schema.json says: every file with its columns, as JSON Schema describes an object of each line."""
    return {
        "format": FORMAT,
        "tables": {
            table.name: {
                "description": table.about,
                "files": [f"{table.name}.csv", f"{table.name}.ndjson"],
                "type": "object",
                "properties": {name: {**_typed(kind), "description": about} for name, kind, about in table.columns},
                "required": table.names,
                "additionalProperties": False,
            }
            for table in TABLES
        },
    }


def reads(files: Mapping[str, bytes]) -> bool:
    """Say whether the files of a ZIP are one of our exports, of this format or another."""
    return b'"retromovies-export-' in files.get(SCHEMA, b"")


def lines(files: Mapping[str, bytes]) -> Iterator[Line]:
    """Yield the lines of an export of ours. Raises BadFile."""
    if f'"{FORMAT}"'.encode() not in files[SCHEMA]:
        raise BadFile(
            gettext_noop("{file}: this export is of another format than “{format}”. Export anew where it came from."),
            file=SCHEMA,
            format=FORMAT,
        )
    for table in TABLES:
        path = f"{table.name}.ndjson"
        if path not in files:
            raise BadFile(gettext_noop("{file} is missing. Send the ZIP as you got it."), file=path)
        for number, text in enumerate(files[path].split(b"\n"), start=1):
            if text.strip():
                yield _line(table, path, number, text)


def _line(table: Table, path: str, number: int, text: bytes) -> Line:
    try:
        row = json.loads(text)
    except ValueError as error:
        raise BadFile(
            gettext_noop("{file}, line {line}: this is no JSON. Send the ZIP as you got it."), file=path, line=number
        ) from error
    if not isinstance(row, dict) or sorted(row) != sorted(table.names):
        raise BadFile(
            gettext_noop("{file}, line {line}: it needs {columns}, and nothing else."),
            file=path,
            line=number,
            columns=", ".join(table.names),
        )
    for name, kind, _ in table.columns:
        if not _is_of(row[name], kind):
            raise BadFile(
                gettext_noop("{file}, line {line}, {column}: this is no {kind}."),
                file=path,
                line=number,
                column=name,
                kind=kind,
            )
    film = {"title": row.pop("title")[:200], "year": row.pop("year")} if table.kind not in (CHOICE, LIST) else {}
    number_of_film = row.pop("film", None)
    ref = f"film:{number_of_film}" if number_of_film is not None else ""
    facts: dict[str, Any] = {_PLAIN.get(str(name), str(name)): value for name, value in row.items()}
    if table.kind == VIEWING:
        facts["on"] = facts["on"] or ""
    return Line(table.kind, path, number, ref=ref, facts=facts, **film)


def _is_of(value: Any, kind: str) -> bool:
    return any(_CHECKS[one](value) for one in kind.split("|"))


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and moment(value) is not None


_CHECKS = {
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53,
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "date": _is_day,
    "date-time": _is_moment,
}


def _typed(kind: str) -> dict[str, Any]:
    """Return a column's type as JSON Schema says it."""
    names = ["string" if one in ("date", "date-time") else one for one in kind.split("|")]
    shape: dict[str, Any] = {"type": names if len(names) > 1 else names[0]}
    formats = [one for one in kind.split("|") if one in ("date", "date-time")]
    return shape | ({"format": formats[0]} if formats else {})


def _csv(table: Table, rows: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.names)
    writer.writerows([[_cell(row[name]) for name in table.names] for row in rows])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value


def _json(value: Any, indent: int | None = None) -> bytes:
    separators = None if indent else (",", ":")
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators).encode() + b"\n"
