"""Noted changes and the event that answers for them: sealed in the transaction that made them, or by nobody."""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from mlops.errors import AuditBroken
from mlops.models.captures import Capture, CaptureQuerySet

_MARK = "_mlops_governed_since"  # on the connection: what had been noted when the outermost governed block began


@contextlib.contextmanager
def governed() -> Iterator[None]:
    """A transaction whose changes to governed rows the audit events in it answer for.

    SQLite has one writer and no number for a transaction, so it is from here on that changes are ours. Raises
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
    """Return what this transaction changed and no event answers for yet; outside `governed`, nothing on SQLite."""
    unsealed = Capture.objects.unsealed()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned()::text::bigint")
            return unsealed.filter(txn=cursor.fetchone()[0])
    since = getattr(connection, _MARK, None)
    return unsealed.none() if since is None else unsealed.filter(pk__gt=since)


def digest(captures: Iterable[Capture]) -> tuple[int, str]:
    """Return how many noted changes there are, and SHA-256 over their canonical JSON lines in the order of their ids."""
    whole, rows = hashlib.sha256(), 0
    for capture in captures:
        line: list[Any] = [capture.pk, capture.of, capture.op, capture.row, capture.before, capture.after]
        whole.update(json.dumps(line, separators=(",", ":"), ensure_ascii=True).encode() + b"\n")
        rows += 1
    return rows, whole.hexdigest()
