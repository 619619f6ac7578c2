"""What of the audit log anybody may see: the newest signed note, its key, public acts and the proofs of them."""

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlops import signing
from mlops.errors import NoProof
from mlops.models.audit import AuditEvent
from mlops.ports import SYSTEM
from mlops.services import places, proofs

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
    found = _index()
    found.grow()
    seqs = sorted((seq for action in actions for seq in found.seqs.get(action, [])[-most:]), reverse=True)[:most]
    events = AuditEvent.objects.in_bulk(seqs)
    return [_act(events[seq], size) for seq in seqs if seq in events]


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


class _Index:
    """The numbers of events by kind, read once: the log only grows."""

    def __init__(self) -> None:
        self.last = 0
        self.seqs: dict[str, list[int]] = {}

    def grow(self) -> None:
        for event in AuditEvent.objects.filter(seq__gt=self.last).order_by("seq").iterator(chunk_size=5_000):
            self.seqs.setdefault(event.action, []).append(event.seq)
            self.last = event.seq


@functools.lru_cache(maxsize=1)
def _index() -> _Index:
    return _Index()


def _act(event: AuditEvent, size: int) -> PublicAct:
    try:
        at = datetime.fromisoformat(event.at)
    except ValueError as error:
        raise NoProof(f"event {event.seq} is not as it was written") from error
    return PublicAct(event.seq, event.action, event.object, at, bytes(event.hash).hex(), event.seq <= size)
