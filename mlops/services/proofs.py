"""Proofs from the tree of the audit log: that an event is in it, and that it only ever grew."""

import functools
import threading
from dataclasses import dataclass

from django.conf import settings

from mlops import merkle
from mlops.errors import NoProof
from mlops.models.audit import AuditEvent, octets
from mlops.models.checkpoints import Checkpoint
from mlops.notes import Note
from mlops.services import places

_GROWING = threading.Lock()


@dataclass(frozen=True)
class Inclusion:
    """That an event is among those of a signed note. hash: the leaf; proof: the hashes beside its way to the root."""

    seq: int
    hash: bytes
    proof: list[bytes]
    note: Note


@dataclass(frozen=True)
class Consistency:
    """That the log of a signed note begins with what it was at an earlier size."""

    size: int
    root: bytes
    proof: list[bytes]
    note: Note


def newest() -> Note | None:
    """Return the newest checkpoint in the database, its signature checked. Raises BadKey or NoProof."""
    row = Checkpoint.objects.filter(kind=Checkpoint.Kind.CHECKPOINT).order_by("-pk").first()
    if row is None:
        return None
    note, why = places.judged(row.note, places.public_keys())
    if note is None:
        raise NoProof(f"the newest checkpoint in the database is none: {why}")
    return note


def include(seq: int) -> Inclusion:
    """Return the proof that an event is in the log, against the newest checkpoint. Raises NoProof or BadKey."""
    note = _noted()
    if not 1 <= seq <= note.size:
        raise NoProof(f"event {seq} is not among the {note.size} events of the newest checkpoint")
    tree = _tree(note)
    found = AuditEvent.objects.filter(seq=seq).values_list("hash", flat=True).first()
    proof = Inclusion(seq, octets(found) or b"", tree.inclusion(seq - 1, note.size), note)
    if not merkle.holds_inclusion(proof.hash, seq - 1, note.size, proof.proof, note.root):
        raise NoProof(f"event {seq} is not in the log that was signed")
    return proof


def grown(size: int) -> Consistency:
    """Return the proof that the log of the newest checkpoint begins with its first `size` events. Raises NoProof."""
    note = _noted()
    if not 0 <= size <= note.size:
        raise NoProof(f"the newest checkpoint is of {note.size} events, not of {size} or more")
    tree = _tree(note)
    return Consistency(size, tree.root(size), tree.consistency(size, note.size), note)


def _noted() -> Note:
    note = newest()
    if note is None:
        raise NoProof("nothing was signed yet: the signer does so within a minute of the first event")
    return note


def _tree(note: Note) -> merkle.Tree:
    """Return the tree over at least the note's events, from the hashes in the database. Raises NoProof when it differs."""
    with _GROWING:
        tree = _kept(settings.AUDIT_ORIGIN)
        rows = AuditEvent.objects.filter(seq__gt=len(tree), seq__lte=note.size).order_by("seq")
        for seq, found in rows.values_list("seq", "hash").iterator(chunk_size=10_000):
            own = octets(found) or b""
            if seq != len(tree) + 1 or len(own) != merkle.SIZE:
                break
            tree.append(own)
        if len(tree) < note.size or tree.root(note.size) != note.root:
            _kept.cache_clear()  # of a log that was put back, perhaps: the next who asks reads all of it
            raise NoProof(f"the log in the database is not the one of {note.words}")
        return tree


@functools.lru_cache(maxsize=1)
def _kept(origin: str) -> merkle.Tree:
    """The tree of this process, which grows."""
    return merkle.Tree()
