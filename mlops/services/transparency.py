"""What of the audit log anybody may see: the newest signed note, its key, public acts and the proofs of them."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from mlops import signing
from mlops.models.audit import AuditEvent
from mlops.ports import SYSTEM
from mlops.services import chain, places, proofs

_BEGINS = "SELECT * FROM mlops_auditevent WHERE {} = %s AND seq < %s ORDER BY seq DESC LIMIT %s"
NEWEST = {  # by an index of its own, whose expression this must be
    "sqlite": _BEGINS.format("""SUBSTR(SUBSTR("body", 1, 80), 1, INSTR("body", ','))"""),
    "postgresql": _BEGINS.format("""SUBSTRING(SUBSTRING("body", 1, 80), 1, STRPOS("body", ','))"""),
}
AT_ONCE = 100  # events that are read at a time
LAST = 2**63 - 1  # no event has a higher number
OURS = ("version.genesis", "version.promoted", "deployment.rolled_back")


@dataclass(frozen=True)
class SignedNote:
    """The newest checkpoint. key: the public key it is checked by (PEM)."""

    text: str
    size: int
    root: str
    head: str
    at: datetime
    key: str
    key_id: str


@dataclass(frozen=True)
class PublicAct:
    """An event whose kind everybody may know of: never who, nor the words of a person. signed: whether a note covers it."""

    seq: int
    action: str
    object: str
    at: datetime
    hash: str
    signed: bool


def checkpoint() -> SignedNote | None:
    """Return the newest checkpoint, None before the first. Raises NoProof when it is not what was signed, and BadKey."""
    note = proofs.newest()
    if note is None:
        return None
    key = next(key for key in places.public_keys() if signing.key_id(key) == note.key_id)
    return SignedNote(note.text, note.size, note.root.hex(), note.head.hex(), note.at, signing.pem(key), note.key_id)


def public_acts(actions: Collection[str], size: int, most: int) -> list[PublicAct]:
    """Return the newest events of these kinds, newest first. size: how many events the newest checkpoint covers."""
    found = [event for action in set(actions) for event in _newest(action, most)]
    return [_act(event, size) for event in sorted(found, key=attrgetter("seq"), reverse=True)[:most]]


@dataclass(frozen=True)
class Act:
    """An act that changed what serves. version: the one it was about; serves: what serves since, none after a way back to
    nothing."""

    seq: int
    action: str
    version: str
    serves: str | None
    at: datetime


def acts_since(moment: datetime, most: int) -> list[Act]:
    """Return the newest acts that changed what serves, back to a moment, oldest first."""
    newest = [event for action in OURS for event in _newest(action, most)]
    found = [_served(event) for event in sorted(newest, key=attrgetter("seq"))[-most:]]
    return [act for act in found if act.at >= moment]


def _served(event: AuditEvent) -> Act:
    """Return an act; «version:LABEL» is its object, unless its details name the version it was about."""
    label = event.object.partition(":")[2]
    version, serves = str(event.detail.get("version", label)), event.detail.get("serves")
    if event.action != "deployment.rolled_back":
        serves = version
    at = datetime.fromisoformat(event.at)
    return Act(event.seq, event.action, version, str(serves) if serves else None, at)


def inclusion(seq: int, public: Collection[str] = ()) -> dict[str, Any]:
    """Return the proof that an event is in the log, as JSON values that docs/verify_audit.py checks.

    Of a public act that the system itself did, its text is told too, so that the hash can be computed from it; that of
    a person's act holds the person's number. Raises NoProof and BadKey.
    """
    found = proofs.include(seq)
    told = {"seq": seq, "hash": found.hash.hex(), "proof": [one.hex() for one in found.proof]}
    event = AuditEvent.objects.get(seq=seq)
    if event.action in (*OURS, *public):
        told |= {"action": event.action, "object": event.object, "at": event.at}
        if event.actor == str(SYSTEM.subject_id):
            told |= {"prev": bytes(event.prev).hex(), "body": event.body}
    return told | {"checkpoint": found.note.text}


def _newest(action: str, most: int) -> list[AuditEvent]:
    """Return the newest events of one kind."""
    return list(itertools.islice(_backwards(action), most))


def _backwards(action: str) -> Iterator[AuditEvent]:
    """The events of one kind, newest first. One that was forged may begin like it and say another, or no moment."""
    page, before = list[AuditEvent](), LAST
    while before == LAST or len(page) == AT_ONCE:
        with chain.readable():
            page = list(AuditEvent.objects.raw(NEWEST[connection.vendor], [f'{{"action":"{action}",', before, AT_ONCE]))
        yield from (event for event in page if event.action == action and event.at)
        before = page[-1].seq if page else 0


def _act(event: AuditEvent, size: int) -> PublicAct:
    at = datetime.fromisoformat(event.at)
    return PublicAct(event.seq, event.action, event.object, at, bytes(event.hash).hex(), event.seq <= size)
