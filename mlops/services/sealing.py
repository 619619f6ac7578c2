"""Noted changes and the event that answers for them: sealed in the transaction that made them, or by nobody."""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from mlops.errors import AuditBroken
from mlops.models.captures import Capture, CaptureQuerySet, as_text
from mlops.services import chain

TOLD = ("pk", "of", "op", "row", "before", "after")  # the columns of a note, in the order in which they are hashed
_MARK = "_mlops_governed_since"  # on the connection: what had been noted when the outermost governed block began


@contextlib.contextmanager
def governed() -> Iterator[None]:
    """A transaction whose changes to governed rows the audit events in it answer for.

    It is from here on that changes are ours: notes are numbered upwards, and SQLite has one writer. Raises
    AuditBroken at its end when a governed row changed and no event told of it: nothing of it is kept then.
    """
    with transaction.atomic():
        if getattr(connection, _MARK, None) is not None:
            yield
            return
        setattr(connection, _MARK, Capture.objects.aggregate(last=Max("pk"))["last"] or 0)
        try:
            yield
            if left := own().values_list("of", flat=True).distinct()[:5]:
                raise AuditBroken(f"changed without an audit event: {', '.join(left)}")
        finally:
            setattr(connection, _MARK, None)


def own() -> CaptureQuerySet:
    """Return what this transaction changed since the governed block began, and no event answers for yet.

    Outside such a block it is what the whole transaction changed on PostgreSQL, and nothing on SQLite.
    """
    since, unsealed = getattr(connection, _MARK, None), Capture.objects.unsealed()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned()::text::bigint")
            return unsealed.filter(txn=cursor.fetchone()[0], pk__gt=since or 0)
    return unsealed.none() if since is None else unsealed.filter(pk__gt=since)


def changed() -> bool:
    """Say whether this transaction changed governed rows that no event answers for yet."""
    return own().exists()


@dataclass(frozen=True)
class Sealed:
    """What an event answers for. digest: SHA-256 over the canonical JSON lines of the notes, in the order of their ids."""

    rows: int
    first: int
    last: int
    digest: str

    def told(self) -> dict[str, Any]:
        """What the event says of it; the database lets an event seal what lies from first to last, and nothing else."""
        return {"rows": self.rows, "first": self.first, "last": self.last, "digest": self.digest}


def sealed(captures: CaptureQuerySet) -> Sealed:
    """Return what an event that answers for these has to say."""
    whole, rows, first, last = hashlib.sha256(), 0, 0, 0
    with chain.readable():
        for note in captures.order_by("pk").values_list(*TOLD).iterator(chunk_size=2000):
            whole.update(_line(note))
            first, last, rows = first or note[0], note[0], rows + 1
    return Sealed(rows, first, last, whole.hexdigest())


def digest(captures: Iterable[Capture]) -> tuple[int, str]:
    """Return how many noted changes these are, in the order of their ids, and the digest that their event has to tell."""
    whole, rows = hashlib.sha256(), 0
    for capture in captures:
        whole.update(_line([getattr(capture, name) for name in TOLD]))
        rows += 1
    return rows, whole.hexdigest()


def _line(note: Sequence[Any]) -> bytes:
    return json.dumps(list(note), separators=(",", ":"), ensure_ascii=True, default=as_text).encode() + b"\n"
