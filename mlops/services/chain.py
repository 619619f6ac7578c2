"""The audit log row by row, as it lies in the database: each event hashed onto the one before."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection, transaction

from mlops.models.audit import AuditEvent, leaf, octets


class Row(NamedTuple):
    """One event as the database gives it. On SQLite any column may hold any type."""

    seq: int
    prev: bytes
    hash: bytes
    body: str


def rows(after: int = 0) -> Iterator[Row]:
    """Return the events after a number, in order. Raises DatabaseError, SQLite in the midst of a text that is no UTF-8."""
    found = AuditEvent.objects.filter(seq__gt=after).order_by("seq").values_list("seq", "prev", "hash", "body")
    return map(Row._make, found.iterator(chunk_size=5_000))


def length() -> int:
    """Return the number of the last event, 0 when there is none."""
    return AuditEvent.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def fault(row: Row, seq: int, prev: bytes) -> str:
    """Return what is wrong with a row that should have this number and follow this hash, or nothing."""
    if row.seq != seq:
        return f"event {seq} is missing"
    before, own = octets(row.prev), octets(row.hash)
    if not isinstance(row.body, str) or before is None or own is None:
        return "a column is not of the type that was written"
    if before != prev:
        return f"it does not follow the event before it: {prev.hex()} was expected, {before.hex()} is there"
    computed = leaf(prev, seq, row.body)
    if own != computed:
        return f"its text is not the text that was hashed: {computed.hex()} was expected, {own.hex()} is there"
    return ""


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Have SQLite tell a text that is no UTF-8, which it keeps like any other and then cannot read, as one that nobody wrote."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    asked = connection.connection
    before, asked.text_factory = asked.text_factory, _text
    try:
        yield
    finally:
        asked.text_factory = before


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\ufffd" + data.decode(errors="backslashreplace")  # no text of an event or a note begins like this


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """See the database as it is at one moment, and keep nobody from writing; inside a transaction, as that one sees it.

    Whatever text is in it can be read.
    """
    with readable(), _moment():
        yield


@contextlib.contextmanager
def _moment() -> Iterator[None]:
    connection.ensure_connection()
    if connection.in_atomic_block or (connection.vendor == "sqlite" and connection.connection.in_transaction):
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # not Django's IMMEDIATE, which is a writer's
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
