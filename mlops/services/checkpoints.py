"""Checkpoints: the length and the root of the audit log, signed and kept where the database cannot reach."""

import contextlib
import hashlib
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from mlops import merkle, notes, signing
from mlops.errors import BadKey, BadNote, NotSigned
from mlops.models.audit import GENESIS, AuditEvent
from mlops.models.checkpoints import Checkpoint
from mlops.notes import Note
from mlops.services import chain, keeping, places
from mlops.services.places import Place

LATE = timedelta(minutes=5)  # an event that waits longer for its signature tells that nobody signs
FAULT = "fault.txt"
# Whoever did one of these must not be able to undo it within the minute.
URGENT = (
    *("version.promoted", "deployment.rolled_back", "policy.changed", "system.restored"),
    *("subject.erased", "erasure.", "changes."),
)
logger = logging.getLogger(__name__)


class Signer:
    """Signs the log as it grows, and nothing that does not go on from what was signed. It alone has the private key.

    It holds the tree in two forms, built from rows whose hashes it computed: a fault of either, or of the memory, shows.
    """

    def __init__(self, key: signing.PrivateKey) -> None:
        self.key = key
        self._forget()

    @chain.readable()
    def attend(self, *, at: datetime, now: bool = False) -> Note | None:
        """Sign when it is time, and return the note. Raises NotSigned, which is also kept for everybody to see.

        now: sign whatever has not been signed, due or not.
        """
        self.read(at=at)
        with self._telling(at):
            signed = self._attend(at, timedelta(0) if now else timedelta(seconds=settings.CHECKPOINT_EVERY))
        _clear()
        return signed

    def read(self, *, at: datetime) -> None:
        """Read the log and the notes when that was not done: it may take minutes, and what is signed is dated after it.

        Raises NotSigned, which is also kept for everybody to see.
        """
        if not self.loaded:
            with self._telling(at):
                self._load()

    @contextlib.contextmanager
    def _telling(self, at: datetime) -> Iterator[None]:
        try:
            yield
        except (NotSigned, BadKey) as refusal:
            self._forget()
            _tell(str(refusal), at)
            raise NotSigned(str(refusal)) from refusal

    def _attend(self, at: datetime, every: timedelta) -> Note | None:
        if not self._due(at, every):
            return None
        self._grow()
        return self._sign(at)

    def _forget(self) -> None:
        self.tree, self.frontier, self.head = merkle.Tree(), merkle.Frontier(), GENESIS
        self.last: Note | None = None
        self.sizes: dict[Path, int] = {}
        self.loaded = False

    def _load(self) -> None:
        """Read the log and the notes, and hold every note still in force against it."""
        self._forget()
        found = places.read_all()
        if any(place.faults for place in found):
            with places.writing():
                found = keeping.mend()
        known = places.union(found)
        if known and not Checkpoint.objects.filter(note=known[-1].text).exists():
            keeping.insert(known[-1])  # whoever wrote it outside was stopped before this
        if not known and Checkpoint.objects.exists():
            raise NotSigned("the database knows of signed notes, and no place outside it has one")
        self._grow()
        for note in notes.in_force(known):
            self._check(note)
        self.last = known[-1] if known else None
        self.sizes = {place.folder: place.size for place in found}
        self.loaded = True

    def _due(self, at: datetime, every: timedelta) -> bool:
        signed = self.last.size if self.last else 0
        newest = chain.length()
        if newest == signed:
            return False
        if self.last is None or newest < signed or not timedelta(0) <= at - self.last.at < every:
            return True
        return _urgent(AuditEvent.objects.filter(seq__gt=signed).order_by("seq"))

    def _grow(self) -> None:
        """Take up the rows that came, each checked against the one before. Raises NotSigned."""
        size = len(self.tree)
        held = AuditEvent.objects.filter(seq=size).values_list("hash", flat=True).first() if size else self.head
        if held is None or bytes(held) != self.head:
            raise NotSigned(f"event {size} is not there any more as it was seen")
        with chain.snapshot():  # without a transaction PostgreSQL puts the whole answer aside before the first row
            for row in chain.rows(after=size):
                if why := chain.fault(row, len(self.tree) + 1, self.head):
                    raise NotSigned(f"event {len(self.tree) + 1}: {why}")
                self.head = bytes(row.hash)
                self.tree.append(self.head)
                self.frontier.append(self.head)

    def _check(self, note: Note) -> None:
        if note.size > len(self.tree):
            raise NotSigned(f"the log has {len(self.tree)} events, and there is {note.words}")
        head = self.tree.leaf(note.size - 1) if note.size else GENESIS
        if self.tree.root(note.size) != note.root or head != note.head:
            raise NotSigned(f"the log is not the one of {note.words}")

    def _sign(self, at: datetime) -> Note:
        size, root = len(self.tree), self.tree.root()
        if root != self.frontier.root():
            raise NotSigned("the root came out differently on two ways: this machine cannot be trusted to count")
        if last := self.last:
            self._check(last)
            proof = self.tree.consistency(last.size, size)
            if not merkle.holds_consistency(last.size, last.root, size, root, proof):
                raise NotSigned(f"the log does not begin with {last.words}")
            at = max(at, last.at + timedelta(microseconds=1))
        note = _signed(Note(settings.AUDIT_ORIGIN, size, root, self.head, at), self.key)
        with places.writing():
            if any(places.size(folder) != known for folder, known in self.sizes.items()):
                raise NotSigned("somebody else wrote to the places of notes; they are read again")
            self.sizes = keeping.keep(note)
        self.last = note
        return note


def declare_restore(*, before: Note | None, size: int, reason: str, at: datetime, alone: bool = False) -> Note:
    """Sign and keep that the log goes back to its first `size` events. Raises NotSigned or BadKey.

    before: what newest_outside said when the restore began. Whatever else makes the log shorter than a note is an attack.
    alone: the caller is the only signer, and stays it until the log is as short as this says.
    """
    with contextlib.nullcontext() if alone else places.only_signer():
        root, head = _first(size)
        was = (before.size, before.root) if before else (0, merkle.EMPTY)
        moment = max(at, before.at + timedelta(microseconds=1)) if before else at
        why_digest = hashlib.sha256(reason.encode()).digest()
        note = Note(settings.AUDIT_ORIGIN, size, root, head, moment, before=was, reason=why_digest)
        signed = _signed(note, private_key())
        with places.writing():
            newest = _last(keeping.mend())
            if newest != before:  # a note that goes back from another than the newest one makes the rest unreadable
                words = newest.words if newest else "no note any more"
                raise NotSigned(f"meanwhile there is {words}: stop the signer, and put the backup back once more")
            keeping.keep(signed)
    return signed


def newest_outside() -> Note | None:
    """Return the newest note outside the database, which a restore that begins now goes back from.

    Raises NotSigned while a signer runs or when a place is not as it was written, BadKey when there are notes and no key.
    """
    with places.only_signer():
        found = places.read_all()
    for place in found:
        if place.wrong:
            raise NotSigned(place.wrong)
    return _last(found)


def private_key() -> signing.PrivateKey:
    """Return the key that notes are signed with, made at the first start of a site. Raises BadKey.

    The public key beside it is what everybody checks by, and is never replaced here: a new key is a person's decision.
    """
    private, public = Path(settings.CHECKPOINT_KEY), Path(settings.CHECKPOINT_PUBLIC_KEY)
    signing.make_keys(private, public)
    key = signing.private_key(private)
    if not public.exists():
        signing.publish(key.public_key(), public)
    known = [signing.key_id(found) for found in signing.public_keys(public)]
    if signing.key_id(key.public_key()) not in known:
        raise NotSigned(f"{private} is not the key whose public half is in {public}")
    return key


@chain.readable()
def fault(at: datetime | None = None) -> str:
    """Return why nothing is signed, what is wrong with what was, or nothing. at: now, to be told of events that wait."""
    try:
        return _told() or _fault_of(_newest(), at)
    except (OSError, BadNote, BadKey) as error:
        return str(error)


def _told() -> str:
    """Return why the signer refuses, in its words."""
    with contextlib.suppress(FileNotFoundError):
        return (places.folders()[0] / FAULT).read_text(encoding="utf-8", errors="replace").strip()
    return ""


def _newest() -> Note | None:
    """Return the newest note of the database or the first place, its signature checked. Raises OSError, BadNote, BadKey."""
    outside, row = places.newest(places.folders()[0]), Checkpoint.objects.order_by("-pk").first()
    if row is None:
        return outside
    inside, why = places.judged(row.note, places.public_keys())
    if inside is None:
        raise BadNote(f"note {row.pk} in the database: {why}")
    return outside if outside and outside.at > inside.at else inside


def _fault_of(note: Note | None, at: datetime | None) -> str:
    """Say that the log does not hold what the note says of its end, or that what comes after it has waited for long."""
    signed = note.size if note else 0
    if note and signed:
        held = AuditEvent.objects.filter(seq=signed).values_list("hash", flat=True).first()
        if held is None:
            return f"event {signed} is not there, and there is {note.words}"
        if held != note.head:
            return f"event {signed} is not the one of {note.words}"
    if not at:
        return ""
    waiting = AuditEvent.objects.filter(seq__gt=signed).order_by("seq").first()
    if waiting is None:
        return ""
    try:
        since = datetime.fromisoformat(waiting.at)
        late = at - since > LATE
    except (ValueError, TypeError):  # tampered with until it says no time, or one of no zone
        return f"event {waiting.seq} has no signature, and does not say when it was written"
    return f"events from number {waiting.seq} on have waited for a signature since {since}" if late else ""


def _first(size: int) -> tuple[bytes, bytes]:
    """Return the root and the head of the log as it was after so many events. Raises NotSigned."""
    tree, head = merkle.Frontier(), GENESIS
    for row in chain.rows():
        if tree.size == size:
            break
        if why := chain.fault(row, tree.size + 1, head):
            raise NotSigned(f"event {tree.size + 1}: {why}")
        head = bytes(row.hash)
        tree.append(head)
    if tree.size != size:
        raise NotSigned(f"the log has {tree.size} events, not the {size} it is said to go back to")
    return tree.root(), head


def _last(found: list[Place]) -> Note | None:
    known = places.union(found)
    return known[-1] if known else None


def _signed(note: Note, key: signing.PrivateKey) -> Note:
    return notes.read(notes.written(note, key), origin=note.origin, keys=[key.public_key()])


def _urgent(events: Iterable[AuditEvent]) -> bool:
    return any(event.action.startswith((*URGENT, *settings.AUDIT_URGENT)) for event in events)


def _tell(words: str, at: datetime) -> None:
    logger.error("nothing is signed: %s", words)
    with contextlib.suppress(OSError):
        places.folders()[0].mkdir(mode=0o700, parents=True, exist_ok=True)
        (places.folders()[0] / FAULT).write_text(f"{words} ({at.isoformat()})\n", encoding="utf-8")


def _clear() -> None:
    with contextlib.suppress(OSError):
        (places.folders()[0] / FAULT).unlink(missing_ok=True)
