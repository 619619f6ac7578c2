"""Writing the audit log, and checking that it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from mlops.errors import AuditBroken
from mlops.models.audit import CANONICAL, GENESIS, AuditEvent, leaf
from mlops.models.captures import CaptureQuerySet
from mlops.ports import Actor
from mlops.services import chain, sealing
from mlops.triggers import AUDIT_LOCK, missing


def record(action: str, subject: str, *, by: Actor, at: datetime, reason: str = "", **detail: Any) -> AuditEvent:
    """Append one event inside the caller's transaction, as its last statement.

    action: dotted verb; subject: "kind:key"; detail: JSON values, never names or addresses of people.
    Inside `governed` it answers for every change of a governed row that was made in it so far, and says how many and
    which. Raises AuditBroken outside a transaction: an act and its record stand or fall together.
    """
    if not connection.in_atomic_block:
        raise AuditBroken("an audit event is written in the transaction of the act it records")
    facts = {"v": 1, "at": at.isoformat(), "actor": str(by.subject_id), "action": action, "object": subject}
    return append(facts | {"reason": reason, "detail": detail}, sealing.own())


def append(facts: dict[str, Any], captures: CaptureQuerySet) -> AuditEvent:
    """Append an event of these facts that answers for these noted changes, and for no other."""
    found = sealing.sealed(captures)
    body = canonical(facts | ({"sealed": found.told()} if found.rows else {}))
    lock_log()
    head = AuditEvent.objects.order_by("-seq").values_list("seq", "hash").first()  # its text may be one nobody can read
    seq, prev = (head[0] + 1, bytes(head[1])) if head else (1, GENESIS)
    event = AuditEvent.objects.create(seq=seq, prev=prev, hash=leaf(prev, seq, body), body=body)
    if found.rows and captures.update(seal=seq) != found.rows:
        raise AuditBroken("what was changed is not what was counted: nothing of it is kept")
    return event


def lock_log() -> None:
    """Let nobody else write to the audit log until this transaction ends. On SQLite it is the only writer anyhow."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AUDIT_LOCK])


def canonical(facts: dict[str, Any]) -> str:
    """Return the one JSON text of these facts: sorted keys, no spaces, ASCII. Raises ValueError on NaN."""
    return CANONICAL.encode(facts)


@dataclass(frozen=True)
class Verdict:
    """What a verification found: how many events hold, and the first that does not."""

    events: int
    head: str
    first_bad: int | None = None
    why: str = ""
    triggers_missing: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.first_bad is None and not self.triggers_missing


def verify() -> Verdict:
    """Recompute the chain and name the first event that breaks it, or else say that triggers are missing.

    What else there is to be asked (signed notes, noted changes, rows), services.verification asks.
    """
    lacking = tuple(missing(connection))
    seq, prev = 0, GENESIS
    try:
        for row in chain.rows():
            if why := chain.fault(row, seq + 1, prev):
                return Verdict(seq, prev.hex(), row.seq, why, lacking)
            seq, prev = row.seq, bytes(row.hash)
    except DatabaseError as error:  # SQLite keeps a text that is no UTF-8, and then cannot read it
        return Verdict(seq, prev.hex(), seq + 1, f"it, or one after it, cannot be read: {error}", lacking)
    return Verdict(seq, prev.hex(), triggers_missing=lacking)
