"""Raw SQL as an intruder with a database shell would type it."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

SQLITE = connection.vendor == "sqlite"
POSTGRES = connection.vendor == "postgresql"
on_sqlite = pytest.mark.skipif(not SQLITE, reason="a statement of SQLite alone")
on_postgres = pytest.mark.skipif(not POSTGRES, reason="a statement of PostgreSQL alone")


def run(statement: str, *values: Any) -> None:
    """Run one statement in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, *values: Any) -> str:
    """Run one statement that the database must refuse, and return its words."""
    with pytest.raises(DatabaseError) as caught:
        run(statement, *values)
    return str(caught.value)


def rows(table: str) -> list[tuple[Any, ...]]:
    """Every row of a table, bytes as bytes."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        return [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()]


def told(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
