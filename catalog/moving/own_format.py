"""The tables of our own export, column by column: the schema in the ZIP and the reading back both follow these."""

from dataclasses import dataclass
from typing import Any

FORMAT = "retromovies-export/1"


@dataclass(frozen=True)
class Column:
    """kind: text, number, yes or no, day (2026-11-28), moment (ISO 8601 in UTC). empty: whether it may be nothing."""

    name: str
    kind: str
    holds: str
    empty: bool = False


FILM = (
    Column("film", "number", "the film's number here; nothing when it has left the catalogue", empty=True),
    Column("title", "text", "the film's title"),
    Column("year", "number", "the year it is of", empty=True),
)
TABLES: dict[str, tuple[Column, ...]] = {
    "account": (
        Column("username", "text", "your name here"),
        Column("joined_at", "moment", "when you joined"),
        Column("email", "text", "your e-mail address, if you gave one", empty=True),
        Column("email_confirmed", "yes or no", "whether it was confirmed"),
    ),
    "choices": (
        Column("personal", "yes or no", "recommendations are made from your own ratings"),
        Column("judge", "text", "which judge recommends; empty: ours"),
        Column("own_first", "yes or no", "others' ratings are hidden until you have rated"),
        Column("record_plays", "yes or no", "what you watch is kept"),
    ),
    "ratings": (
        *FILM,
        Column("value", "number", "your rating, a whole number from 1 to 10"),
        Column("rated_at", "moment", "when you gave it, here or elsewhere"),
    ),
    "diary": (
        *FILM,
        Column("seen_on", "day", "the day you saw it; nothing: some time", empty=True),
        Column("note", "text", "what you noted"),
        Column("recorded_at", "moment", "when you wrote it down"),
    ),
    "lists": (
        Column("list", "number", "which list, from 1; list_films says which films are on it"),
        Column("title", "text", "its title; empty: the watchlist"),
        Column("watchlist", "yes or no", "whether it is your watchlist"),
        Column("numbered", "yes or no", "whether places are shown as numbers"),
        Column("note", "text", "what you noted"),
        Column("made_at", "moment", "when you made it"),
        Column("changed_at", "moment", "when it was last changed"),
    ),
    "list_films": (
        Column("list", "number", "which list"),
        Column("place", "number", "its place there, from 1"),
        *FILM,
        Column("note", "text", "what you noted beside it"),
        Column("added_at", "moment", "when you put it there"),
    ),
    "put_away": (*FILM, Column("hidden_at", "moment", "when you put it away")),
    "plays": (
        *FILM,
        Column("started_at", "moment", "when you began to watch"),
        Column("seen_at", "moment", "when you last watched"),
        Column("position", "number", "the second you stopped at"),
        Column("furthest", "number", "the furthest second you reached"),
        Column("length", "number", "seconds that it lasts"),
        Column("finished_at", "moment", "when you had seen it to its end", empty=True),
        Column("by_hand", "yes or no", "whether you said yourself that you had seen it"),
        Column("removed_at", "moment", "when you took it out of the row", empty=True),
    ),
    "waiting_for": (
        *FILM,
        Column("territory", "text", "where you wait for it"),
        Column("asked_at", "moment", "since when you wait"),
        Column("found_at", "moment", "when it came", empty=True),
        Column("read_at", "moment", "when you saw that it came", empty=True),
    ),
}
ABOUT = {
    "account": "Your account.",
    "choices": "What you chose for yourself; no row: the choices of a newcomer.",
    "ratings": "Your ratings, one a film.",
    "diary": "Your diary, one row a viewing.",
    "lists": "Your watchlist and your lists.",
    "list_films": "The films on them.",
    "put_away": "Films you put away, so that they are not recommended.",
    "plays": "What you watched here, if you said that it may be kept.",
    "waiting_for": "Films you wait for.",
}
_JSON: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "integer", "minimum": 0},
    "yes or no": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
}


def schema() -> dict[str, Any]:
    """Return what describes every file and every column: a JSON schema for the rows of each table."""
    tables = {
        name: {"files": [f"{name}.csv", f"{name}.ndjson"], "description": ABOUT[name], "row": _rows_of(columns)}
        for name, columns in TABLES.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "format": FORMAT,
        "csv": "UTF-8 with a header (RFC 4180). A text that a spreadsheet would run as a formula has an apostrophe in front.",
        "ndjson": "UTF-8, one JSON object a line: exact, and what an import reads.",
        "tables": tables,
    }


def _rows_of(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [column.name for column in columns],
        "additionalProperties": False,
        "properties": {column.name: _property(column) for column in columns},
    }


def _property(column: Column) -> dict[str, Any]:
    kind = _JSON[column.kind]
    told = {**kind, "description": column.holds}
    return {**told, "type": [kind["type"], "null"]} if column.empty else told
