"""Governed rows as they are, beside what was last noted of them."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from mlops.triggers.capture import Governed
from mlops.triggers.governed import governed


def differences() -> Iterator[str]:
    """Return a sentence for each governed row that is not what was last noted of it, was never noted, or is gone."""
    for table in governed():
        yield from _of(table)


def _of(table: Governed) -> Iterator[str]:
    noted = _noted(table)
    for key, now, counts in _rows(table):
        op, after = noted.pop(key, ("", None))
        if not op and not counts:
            continue
        if not op:
            yield f"{table.table} {key} is there, and nothing was noted of it"
        elif op == "D":
            yield f"{table.table} {key} is there, and was noted to be gone"
        elif not _same(after, now):
            yield f"{table.table} {key} is not as it was noted: {after} was expected, {now} is there"
    for key, (op, _after) in noted.items():
        if op != "D":
            yield f"{table.table} {key} is gone, and nobody noted it"


def _rows(table: Governed) -> Iterator[tuple[str, str, bool]]:
    """Return of every row its key, its governed columns, told as a trigger tells them, and whether it is governed."""
    key, told = table.key.format(row=table.table), table.told(table.table, connection.vendor)
    only = table.only.format(row=table.table) or "1 = 1"
    yield from _asked(f"SELECT CAST({key} AS text), {told}, ({only}) FROM {table.table} ORDER BY 1", [])  # noqa: S608 — our own


def _noted(table: Governed) -> dict[str, tuple[str, str | None]]:
    """Return by key what was last noted of every row: the kind of change, and how it was after it."""
    last = 'SELECT max(id) FROM mlops_capture WHERE "of" = %s GROUP BY "row"'
    query = f'SELECT "row", op, "after" FROM mlops_capture WHERE id IN ({last})'  # noqa: S608 — our own
    return {row: (op, after) for row, op, after in _asked(query, [table.table])}


def _asked(query: str, values: list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL TimeZone = 'utc'")  # as the triggers tell moments
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _same(noted: str | None, now: str) -> bool:
    """Compare column by column: a release may govern more columns than were noted before it, or fewer."""
    if noted == now:
        return True
    if noted is None:
        return False
    before, here = json.loads(noted), json.loads(now)
    return all(before[name] == here[name] for name in before.keys() & here.keys())
