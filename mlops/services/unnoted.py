"""Governed rows beside the last note of each: where they differ, somebody changed a row and no trigger was asked."""

import contextlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from django.db import DatabaseError, connection, transaction

from mlops.models import Capture
from mlops.models.captures import facts
from mlops.services import chain
from mlops.triggers import Governed, governed


@dataclass(frozen=True)
class Difference:
    """A row that is not as it was last noted. noted, found: JSON texts; None where there was, or is, no row.

    last: the kind of its last note (Capture.Op); empty when there is none.
    """

    table: str
    row: str
    last: str
    noted: str | None
    found: str | None


def tables() -> set[str]:
    """Return the names of the governed tables that are there."""
    return {table.table for table in _there()}


def differences(among: Collection[str] | None = None) -> Iterator[Difference]:
    """Compare every governed row with its last note, or the rows of some tables.

    A column that the tables do not have yet, or that was not told so far, says nothing.
    """
    for table in _there(among):
        yield from filter(_really, compare(replace(table, columns=_columns_there(table))))


def compare(table: Governed) -> Iterator[Difference]:
    """Compare the rows of one table with their last notes, both as they are at one moment."""
    noted, rows = dict[str, tuple[str, str | None]](), list[tuple[str, str | None, bool]]()
    for op, row, told, counts in _asked(table):
        if op is None:
            rows.append((row, told, bool(counts)))
        elif isinstance(row, str):  # SQLite may hold another type, which is the key of no row
            noted[row] = (op, None if op == Capture.Op.DELETE else told)
    for row, found, counts in rows:
        op, last = noted.pop(row, ("", None))
        if found != last and (counts or _counted(table, last)):
            yield Difference(table.table, row, op, last, found)
    for row, (op, last) in sorted(noted.items()):
        if last is not None and _counted(table, last):
            yield Difference(table.table, row, op, last, None)


def catch_up(among: Collection[str]) -> list[Capture]:
    """Note what migrations made in some governed tables, and return the notes."""
    return _note(difference for table in _there(among) for difference in compare(table))


def note_unnoted(among: Collection[str]) -> None:
    """Note whatever differs in some tables before a migration begins: it is none of its changes."""
    _note(differences(among))


def _really(difference: Difference) -> bool:
    if difference.noted is None or difference.found is None:
        return True
    noted, found = facts(difference.noted), facts(difference.found)
    if noted is None or found is None:
        return True
    return any(noted[name] != found[name] for name in noted.keys() & found.keys())


@transaction.atomic
def _note(found: Iterable[Difference]) -> list[Capture]:
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
    return Capture.objects.bulk_create(notes, batch_size=1000)


def _there(among: Collection[str] | None = None) -> list[Governed]:
    present = set(connection.introspection.table_names())
    return [table for table in governed() if table.table in present and (among is None or table.table in among)]


def _columns_there(table: Governed) -> dict[str, str]:
    with connection.cursor() as cursor:
        names: Collection[str] = {
            column.name for column in connection.introspection.get_table_description(cursor, table.table)
        }
    return {name: sql for name, sql in table.columns.items() if name in names}


def _asked(table: Governed) -> list[tuple[str | None, str, str | None, bool]]:
    """Return of every row, and of the last note of every row: op (None of a row), key, JSON text, and of a row whether it
    is governed.

    In one statement, so that nothing is committed between the two.
    """
    with chain.snapshot(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL TimeZone = 'utc'")  # as the triggers tell moments
        cursor.execute(f"{_rows(table)} UNION ALL {_last(table)}")
        return list(cursor.fetchall())


def _rows(table: Governed) -> str:
    key, told = table.key.format(row=table.table), table.told(table.table, connection.vendor)
    return f"SELECT CAST(NULL AS text), CAST({key} AS text), {told}, {_counts(table, table.table)} FROM {table.table}"  # noqa: S608


def _last(table: Governed) -> str:
    """SQL of the last note of each row."""
    newest = f"""SELECT max(id) FROM mlops_capture WHERE "of" = '{table.table}' GROUP BY "row\""""  # noqa: S608
    return f'SELECT op, "row", "after", 1 = 1 FROM mlops_capture WHERE id IN ({newest})'  # noqa: S608


def _counted(table: Governed, told: str | None) -> bool:
    """Whether a row was governed when it was noted; whoever stopped being governed is nobody's decision from then on.

    What no trigger wrote, anybody may have written to have it forgotten: it counts.
    """
    if not table.only:
        return True
    if told is None:
        return False
    if facts(told) is None:
        return True
    postgres = connection.vendor == "postgresql"
    if postgres:
        noted = f"json_populate_record(NULL::{table.table}, %s::json)"
    else:
        columns = ", ".join(f"""json_extract(told, '$."{name}"') AS "{name}\"""" for name in sorted(table.columns))
        noted = f"(SELECT {columns} FROM (SELECT %s AS told))"  # noqa: S608
    counts = _counts(table, "noted").replace("%", "%%")
    try:
        with transaction.atomic() if postgres else contextlib.nullcontext(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {counts} FROM {noted} AS noted", [told])  # noqa: S608
            return bool(cursor.fetchone()[0])
    except DatabaseError:  # no trigger tells a column of another type
        return True


def _counts(table: Governed, row: str) -> str:
    return f"COALESCE({table.only.format(row=row)}, 1 = 0)" if table.only else "1 = 1"
