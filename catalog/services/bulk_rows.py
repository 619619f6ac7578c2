"""Rows handed to one statement as a table, however many: `given(…)`, on SQLite of JSON, on PostgreSQL of arrays."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection

WHOLE, SMALL, TEXT, MOMENT = "bigint", "smallint", "text", "timestamptz"
ROOM = 64 * 1_024  # KiB
PAGES = 16 * 1_024  # of 4 KiB
Row = Sequence[Any]


def given(columns: Mapping[str, str], rows: Sequence[Row]) -> tuple[str, list[Any]]:
    """Return the table of rows for a FROM, and its parameters. columns: name to type. There is at least one row."""
    if connection.vendor == "sqlite":
        cells = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns))
        return f"(SELECT {cells} FROM json_each(%s)) AS given", [_json(rows)]  # noqa: S608 — names of ours
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    return f"unnest({arrays}) AS given({', '.join(columns)})", [list(column) for column in zip(*rows, strict=True)]


def join() -> str:
    """Return the word that joins a table to the rows given, each row looked up by its index: SQLite may think otherwise."""
    return "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"


def make_room() -> None:
    """Have SQLite keep the pages of a large transaction in memory, and copy its log into the file less often.

    In the 2 MB and 1,000 pages it takes by itself it writes most pages twice over with every chunk.
    """
    if connection.vendor == "sqlite":
        do(f"PRAGMA cache_size = -{ROOM}", [])
        do(f"PRAGMA wal_autocheckpoint = {PAGES}", [])


def ask(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the rows that a statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def do(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def moment(value: Any) -> datetime:
    """Return a moment as a statement of ours answers it: a text on SQLite."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stored(at: datetime) -> Any:
    """Return a moment as a column keeps it."""
    return str(at.astimezone(UTC).replace(tzinfo=None)) if connection.vendor == "sqlite" else at


def _json(rows: Sequence[Row]) -> str:
    return orjson.dumps(rows, default=stored, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
