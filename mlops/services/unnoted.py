"""Governed rows beside the last note of each: where they differ, somebody changed a row and no trigger was asked."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from django.db import connection, transaction

from mlops.models import Capture
from mlops.triggers import Governed, governed


@dataclass(frozen=True)
class Difference:
    """A row that is not as it was last noted. noted, found: JSON texts; None where there was no row, or no note of one."""

    table: str
    row: str
    noted: str | None
    found: str | None

    def __str__(self) -> str:
        if self.found is None:
            return f"row {self.row} of {self.table} is gone, and no note says so"
        what = "is there, and no note says so" if self.noted is None else "is not as it was last noted"
        return f"row {self.row} of {self.table} {what}"


def differences() -> Iterator[Difference]:
    """Compare every governed row with its last note."""
    for table in _there():
        yield from compare(table)


def compare(table: Governed) -> Iterator[Difference]:
    """Compare the rows of one table with their last notes."""
    noted = dict(_last(table.table))
    with connection.cursor() as cursor:
        cursor.execute(_rows(table))
        for row, found, counts in cursor.fetchall():
            last = noted.pop(row, None)
            if found != last and (counts or last is not None):
                yield Difference(table.table, row, last, found)
    yield from (Difference(table.table, row, last, None) for row, last in sorted(noted.items()) if last is not None)


def catch_up(*, since_migrated: bool) -> int:
    """Note what migrations made, and of tables newly governed what is in them; return how many rows.

    since_migrated: whether one has run, so that every table may have been changed while its triggers stood aside.
    """
    return _note(
        difference
        for table in _there()
        if since_migrated or not Capture.objects.filter(of=table.table).exists()
        for difference in compare(table)
    )


def note_unnoted() -> int:
    """Note whatever differs before a migration begins: it is none of its changes. Return how many rows.

    A column that the tables do not have yet, or that was not told so far, says nothing; nor does a table never noted.
    """
    known = [table for table in _there() if Capture.objects.filter(of=table.table).exists()]
    present = [replace(table, columns=_columns_there(table)) for table in known]
    return _note(one for table in present for one in compare(table) if _really(one))


def _really(difference: Difference) -> bool:
    if difference.noted is None or difference.found is None:
        return True
    noted, found = json.loads(difference.noted), json.loads(difference.found)
    return any(noted[name] != found[name] for name in noted.keys() & found.keys())


@transaction.atomic
def _note(found: Iterator[Difference]) -> int:
    notes = [
        Capture(
            of=one.table,
            op=Capture.Op.INSERT
            if one.noted is None
            else Capture.Op.DELETE
            if one.found is None
            else Capture.Op.UPDATE,
            row=one.row,
            before=one.noted,
            after=one.found,
        )
        for one in found
    ]
    Capture.objects.bulk_create(notes, batch_size=1000)
    return len(notes)


def _there() -> list[Governed]:
    tables = set(connection.introspection.table_names())
    return [table for table in governed() if table.table in tables]


def _columns_there(table: Governed) -> dict[str, str]:
    with connection.cursor() as cursor:
        names: Collection[str] = {
            column.name for column in connection.introspection.get_table_description(cursor, table.table)
        }
    return {name: sql for name, sql in table.columns.items() if name in names}


def _last(table: str) -> list[tuple[str, str | None]]:
    newest = 'SELECT max(id) FROM mlops_capture WHERE "of" = %s GROUP BY "row"'
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "row", "after" FROM mlops_capture WHERE id IN ({newest})', [table])  # noqa: S608
        return list(cursor.fetchall())


def _rows(table: Governed) -> str:
    key, told = table.key.format(row=table.table), table.told(table.table, connection.vendor)
    counts = table.only.format(row=table.table) if table.only else "1 = 1"
    return f"SELECT CAST({key} AS text), {told}, ({counts}) FROM {table.table}"  # noqa: S608
