"""A test's database as the migrations left it: kept once, and put back after every test that committed something.

Emptying is what the triggers refuse, and Django's way makes content types, permissions and groups anew each time. SQLite
copies the pages of a kept copy over the file, triggers and all; PostgreSQL empties the tables with rows, guards at rest.
"""

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from mlops import triggers
from mlops.triggers.database import triggers as every_trigger

Rows = dict[str, list[tuple[Any, ...]]]
AGAINST_EMPTYING = ("DELETE", "TRUNCATE")


def kept() -> Callable[[], None]:
    """Keep the database as it is now; return what puts it back so."""
    return _pages() if connection.vendor == "sqlite" else _rows()


# --- SQLite ------------------------------------------------------------------------------------------------------
def _pages() -> Callable[[], None]:
    copy = sqlite3.connect(":memory:")
    _line().backup(copy)

    def put_back() -> None:
        copy.backup(_line())

    return put_back


def _line() -> sqlite3.Connection:
    connection.ensure_connection()
    assert isinstance(connection.connection, sqlite3.Connection)
    return connection.connection


# --- PostgreSQL --------------------------------------------------------------------------------------------------
def _rows() -> Callable[[], None]:
    with connection.cursor() as cursor:
        first = _told(cursor, _full(cursor))

    def put_back() -> None:
        triggers.install(connection)  # a test may have taken some away
        with transaction.atomic(), connection.cursor() as cursor:
            full = _full(cursor)
            same = {table for table, rows in _told(cursor, first).items() if rows == first[table]}
            _refilled(cursor, {table: first.get(table, []) for table in {*full, *first} - same})

    return put_back


def _refilled(cursor: CursorWrapper, rows: Rows) -> None:
    """Make these the rows of these tables, whatever refers to them."""
    cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign keys until the end
    with _resting(cursor, rows):
        for table in rows:
            cursor.execute(f'DELETE FROM "{table}"')
    for table, lines in rows.items():
        if lines:
            places = ", ".join(["%s"] * len(lines[0]))
            cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', lines)


@contextlib.contextmanager
def _resting(cursor: CursorWrapper, tables: Iterable[str]) -> Iterator[None]:
    """Without these tables' guards against emptying, which else stand always."""
    names: dict[str, list[str]] = defaultdict(list)
    for trigger in every_trigger():
        if trigger.table in tables and trigger.event in AGAINST_EMPTYING and trigger.only in ("", "postgresql"):
            names[trigger.table].append(trigger.name)
    for what in ("DISABLE TRIGGER", "ENABLE ALWAYS TRIGGER"):
        for table, found in names.items():
            cursor.execute(f"ALTER TABLE {table} {', '.join(f'{what} {name}' for name in found)}")
        if what == "DISABLE TRIGGER":
            yield


def _full(cursor: CursorWrapper) -> list[str]:
    """Return the tables that hold a row."""
    tables = connection.introspection.table_names(cursor)
    cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables))
    return [str(table) for (table,) in cursor.fetchall()]


def _told(cursor: CursorWrapper, tables: Iterable[str]) -> Rows:
    found: Rows = {}
    for table in tables:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
        found[table] = cursor.fetchall()
    return found
