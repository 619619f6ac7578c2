"""Changes of governed rows that nobody answered for: sealed as unknown, and open until a person accounts for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from mlops import policies
from mlops.errors import Refused
from mlops.models import AuditEvent, Capture, Erasure
from mlops.models.audit import ABOUT_ROWS
from mlops.models.captures import as_text
from mlops.ports import SYSTEM, Actor
from mlops.services import audit, chain, unnoted

UNSEALED, MIGRATED, ACCOUNTED = "rows.changed-unsealed", "rows.migrated", "rows.accounted-for"
MOST = 20_000  # changes that one event answers for
KEYS = 10  # keys that it names of each table
LONGEST_REASON = 500
Change = tuple[int, str, str]  # the number of a note, its table, the key of its row


class Unknown:
    """Whoever changed a row past the services."""

    subject_id = "unknown"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Open:
    """What nobody accounted for yet. events: «rows.changed-unsealed», oldest first; unsealed: changes not even sealed."""

    events: Sequence[AuditEvent]
    unsealed: int
    erasures: int  # left open, though one is open inside its own transaction alone

    def __bool__(self) -> bool:
        return bool(self.events or self.unsealed or self.erasures)

    def __str__(self) -> str:
        parts = [f"{self.unsealed} changes that no event answers for"] if self.unsealed else []
        parts += [f"{self.erasures} erasures left open"] if self.erasures else []
        parts += [f"event {event.seq}: changed by nobody known: {_tables(event)}" for event in self.events[:5]]
        return "; ".join(parts + ([f"and {len(self.events) - 5} more"] if len(self.events) > 5 else []))


def seal(*, at: datetime) -> list[AuditEvent]:
    """Seal what is committed and unsealed as changed by nobody known, and return the events that tell of it.

    What is under way elsewhere cannot be seen from here: PostgreSQL shows what is committed, SQLite has one writer.
    """
    if not Capture.objects.unsealed().exists():
        return []
    events = []
    while event := _seal_some(at):
        events.append(event)
    return events


@chain.readable()
@transaction.atomic(durable=True)
def _seal_some(at: datetime) -> AuditEvent | None:
    audit.lock_log()  # before looking: another who seals may be at the same changes
    found = _unsealed()[:MOST]
    return _append(found, UNKNOWN, at, UNSEALED) if found else None


def _unsealed() -> QuerySet[Capture, Change]:
    return Capture.objects.unsealed().order_by("pk").values_list("pk", "of", "row")


def _append(changes: Iterable[Change], by: Actor, at: datetime, action: str, **detail: Any) -> AuditEvent:
    """Append the event that answers for these changes; it may be for none."""
    found = [(pk, as_text(of), as_text(row)) for pk, of, row in changes]
    counts = Counter(of for _, of, _ in found)
    keys = {table: list(dict.fromkeys(row for _, of, row in found if of == table))[:KEYS] for table in counts}
    tables = {table: {"changes": counts[table], "first": keys[table]} for table in sorted(counts)}
    facts = {"v": 1, "at": at.isoformat(), "actor": str(by.subject_id), "action": action, "object": "rows"}
    mine = Capture.objects.none()
    if found and connection.vendor == "postgresql":  # between the first and the last, others may commit meanwhile
        mine = Capture.objects.filter(pk__in=[pk for pk, _, _ in found])
    elif found:
        mine = Capture.objects.unsealed().filter(pk__gte=found[0][0], pk__lte=found[-1][0])
    return audit.append(facts | {"reason": "", "detail": {"tables": tables, **detail}}, mine)


def left() -> Open:
    """Return what waits for a person to account for it; quick, however long the log is."""
    told = _about_rows()
    accounted = {event.detail.get("event") for event in told if event.action == ACCOUNTED}
    events = [event for event in told if event.action == UNSEALED and event.seq not in accounted]
    return Open(events, Capture.objects.unsealed().count(), Erasure.objects.filter(state=Erasure.State.OPEN).count())


@transaction.atomic
def account_for(*, seq: int, reason: str, by: Actor, at: datetime) -> AuditEvent:
    """Say who or what made the changes that an event calls unknown. Raises Refused."""
    policies.check_may_account(by)
    if not 1 <= len(reason := reason.strip()) <= LONGEST_REASON:
        raise Refused(f"reason: say what these changes were, in 1 to {LONGEST_REASON} characters.")
    audit.lock_log()
    if seq not in {event.seq for event in left().events}:
        raise Refused(
            f"event {seq} does not wait for anybody: it tells of no unknown change, or somebody accounted for it."
        )
    return audit.record(ACCOUNTED, f"event:{seq}", by=by, at=at, reason=reason, event=seq)


def before_migrate(*, at: datetime) -> None:
    """Whatever nobody answered for before a migration is none of its changes, whether a trigger noted it or not."""
    unnoted.note_unnoted(_known())
    seal(at=at)


def after_migrate(*, at: datetime, migrated: bool) -> None:
    """What migrations made and changed is theirs; what else changed meanwhile is still unknown.

    migrated: whether one has run, so that every table may have been changed while its triggers stood aside.
    """
    _seal_migrated(at, migrated)
    seal(at=at)


@chain.readable()
@transaction.atomic(durable=True)
def _seal_migrated(at: datetime, migrated: bool) -> None:
    """Answer for what migrations did, and list the tables that are governed from now on.

    Where none has run, only what was in a table before it was governed is theirs.
    """
    audit.lock_log()
    now = unnoted.tables()
    noted = unnoted.catch_up(now if migrated else now - _known())
    theirs = list(_unsealed()) if migrated else [(note.pk, note.of, note.row) for note in noted]
    if theirs or _lists()[-1:] != [sorted(now)]:
        for first in range(0, max(1, len(theirs)), MOST):
            _append(theirs[first : first + MOST], SYSTEM, at, MIGRATED, governed=sorted(now))


def _known() -> set[str]:
    """The tables whose rows no migration answers for unseen: those that were ever governed, or have a note.

    It only grows: whoever can write at all can chain a list that leaves tables out.
    """
    listed = {table for listed in _lists() for table in listed}
    return listed | {table for table in unnoted.tables() - listed if Capture.objects.filter(of=table).exists()}


def _lists() -> list[list[str]]:
    """The tables that were governed after each migration, oldest first, as events list them."""
    told = (event.detail.get("governed") for event in _about_rows() if event.action == MIGRATED)
    return [listed for listed in told if listed is not None]


@chain.readable()
def _about_rows() -> list[AuditEvent]:
    """The events about changes nobody had answered for, oldest first, by an index of their own: the words must be its."""
    substr = "SUBSTR" if connection.vendor == "sqlite" else "SUBSTRING"
    begins = f"""{substr}("body", 1, {len(ABOUT_ROWS)}) = '{ABOUT_ROWS}'"""
    return list(AuditEvent.objects.raw(f"SELECT * FROM mlops_auditevent WHERE {begins} ORDER BY seq"))  # noqa: S608


def _tables(event: AuditEvent) -> str:
    tables: dict[str, Any] = event.detail.get("tables") or {}
    return ", ".join(f"{table} ({facts.get('changes')})" for table, facts in tables.items())
