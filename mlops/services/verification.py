"""Verifying the audit log: its chain, the signed notes of it, the changes it answers for, and what guards it."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import attrgetter
from typing import Any

from django.db import connection

from mlops import merkle, notes
from mlops.models.audit import GENESIS, read
from mlops.models.captures import Capture
from mlops.models.checkpoints import Checkpoint
from mlops.notes import Note
from mlops.services import chain, live, places, sealing, testimony
from mlops.services.places import Place
from mlops.triggers import missing


class Kind(StrEnum):
    TAMPERED = "TAMPERED"  # what was written is not what was written or signed
    NOTES = "NOTES"  # a signed note, or a place of them
    UNSEALED = "UNSEALED"  # a governed row changed, and no event answers for it
    UNTOLD = "UNTOLD"  # a governed row says what the log does not
    LIVE = "LIVE"  # a governed row is not what was last noted of it
    UNGUARDED = "UNGUARDED"  # a trigger is missing


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written, or not as it should be. seq: the first event it touches, when known."""

    kind: Kind
    words: str
    seq: int | None = None

    def __str__(self) -> str:
        return f"{self.kind} at event {self.seq}: {self.words}" if self.seq else f"{self.kind}: {self.words}"


@dataclass(frozen=True)
class Report:
    """What a verification found. after: the event before the first that was read; notes: how many were held against it.

    signed: how many events the newest of these notes covers.
    """

    after: int = 0
    events: int = 0
    head: bytes = GENESIS
    root: bytes = merkle.EMPTY
    notes: int = 0
    signed: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings


def verify(*, given: Sequence[Note] = (), last: int | None = None, with_rows: bool = False) -> Report:
    """Hold the log, its notes, its noted changes, its guards and its testimony against each other.

    given: notes that somebody kept, beside those in their places and in the database. last: read only so many events
    or a few more: from the newest note before them on, whose signed head they must follow; it proves these, and says
    nothing of what lies before. with_rows: also compare every governed row with what was last noted of it.
    Raises BadKey when there are notes and no key to check them by.
    """
    kept = places.read_all()
    with chain.snapshot():  # all of one moment: what others do meanwhile is no difference
        report = _of_log(kept, given, last)
        found = [*report.findings, *_unguarded()]
        if report.holds:  # of a log that does not hold there is nothing to be asked
            found += [Finding(Kind.UNTOLD, words) for words in testimony.untold()]
        if with_rows:
            found += [Finding(Kind.LIVE, words) for words in live.differences()]
    return replace(report, findings=found)


def of_log(*, given: Sequence[Note] = (), last: int | None = None) -> Report:
    """Hold the log, its notes and its noted changes against each other. Raises BadKey."""
    kept = places.read_all()
    with chain.snapshot():
        return _of_log(kept, given, last)


def _of_log(found: list[Place], given: Sequence[Note], last: int | None) -> Report:
    """The same in one snapshot. found: read before it, so that what was signed by then is in it."""
    wrong = [Finding(Kind.NOTES, fault) for place in found for fault in place.faults]
    kept, strange = _in_database()
    standing = notes.in_force({note.text: note for note in [*places.union(found), *kept, *given]}.values())
    begin = _beginning(standing, last) if last is not None else None
    after, prev = (begin.size, begin.head) if begin else (0, GENESIS)
    report = check(chain.rows(after), _sealed(after), standing, after=after, prev=prev)
    return replace(report, findings=[*report.findings, *wrong, *strange, *_unsealed()])


def check(
    rows: Iterable[chain.Row],
    captures: Iterable[Capture],
    standing: Sequence[Note],
    *,
    after: int = 0,
    prev: bytes = GENESIS,
) -> Report:
    """Follow the rows from an event whose hash is known, up to the first that is wrong.

    captures: the sealed ones in the order of seal and id; standing: notes that are in force.
    """
    walk = _Walk(standing, captures, after, prev)
    for row in rows:
        if not walk.takes(row):
            break
    else:
        walk.ends()
    root = walk.tree.root() if walk.tree else b""
    return Report(after, walk.seq, walk.prev, root, len(standing), walk.signed, walk.findings)


class _Walk:
    """How far the rows have been followed."""

    def __init__(self, standing: Sequence[Note], captures: Iterable[Capture], after: int, prev: bytes) -> None:
        self.seq, self.prev, self.findings = after, prev, list[Finding]()
        self.tree = None if after else merkle.Frontier()  # what is read from the middle has no root
        self.waiting = deque(sorted((note for note in standing if note.size >= after), key=attrgetter("size")))
        self.agreed = self.signed = after
        self.groups = itertools.groupby(captures, key=attrgetter("seal"))
        self.group = next(self.groups, None)
        self._hold_against_notes()

    def takes(self, row: chain.Row) -> bool:
        """Follow one row; say whether the next may be followed."""
        if why := chain.fault(row, self.seq + 1, self.prev):
            covered = f" ({self.waiting[0].words} covers it)" if self.waiting else ""
            self.find(why + covered, row.seq)
            return False
        self.seq, self.prev = row.seq, bytes(row.hash)
        if self.tree:
            self.tree.append(self.prev)
        facts, odd = read(row.body)
        unlike = self._unlike_its_seal(row.seq, facts)
        if why := odd or unlike:
            self.find(why, row.seq)
        return self._hold_against_notes()

    def ends(self) -> None:
        """There are no more rows: nothing may be left that speaks of one."""
        if self.waiting:
            self.find(f"the log ends at event {self.seq}, and there is {self.waiting[-1].words}", self.seq + 1)
        if self.group:
            self.find(f"changes are sealed by event {self.group[0]}, and there is none of that number")

    def find(self, words: str, seq: int | None = None) -> None:
        self.findings.append(Finding(Kind.TAMPERED, words, seq))

    def _hold_against_notes(self) -> bool:
        while self.waiting and self.waiting[0].size == self.seq:
            note = self.waiting.popleft()
            root = self.tree.root() if self.tree else note.root
            both = ((note.root, root), (note.head, self.prev))
            if unlike := next(((signed, here) for signed, here in both if signed != here), None):
                first, (signed, here) = min(self.agreed + 1, self.seq), unlike
                which = f"one of the events up to {self.seq}" if first < self.seq else "it"
                self.find(
                    f"{which} is not what was signed: {signed.hex()} was expected, {here.hex()} is there, by {note.words}",
                    first,
                )
                return False
            self.agreed = self.seq
            self.signed = max(self.signed, note.size)
        return True

    def _unlike_its_seal(self, seq: int, facts: dict[str, Any]) -> str:
        """Say how the changes that this event answers for differ from those it speaks of."""
        found: tuple[int, str] | None = None
        if self.group and self.group[0] == seq:
            found = sealing.digest(self.group[1])
            self.group = next(self.groups, None)
        told = _told(facts)
        if told == found:
            return ""
        return f"it answers for {_words(told)} noted changes, and there are {_words(found)}"


def _told(facts: dict[str, Any]) -> tuple[int, str] | None:
    """Return how many changes an event says it answers for, and their digest."""
    sealed = facts.get("sealed")
    if sealed is None:
        return None
    rows, digest = (sealed.get("rows"), sealed.get("digest")) if isinstance(sealed, dict) else (None, None)
    return (rows, digest) if type(rows) is int and type(digest) is str else (-1, "")


def _words(told: tuple[int, str] | None) -> str:
    return f"{told[0]} ({told[1][:12]}…)" if told else "no"


def _beginning(standing: Sequence[Note], last: int) -> Note | None:
    """Return the newest note that at least the last so many events come after."""
    from_here = max(0, chain.length() - last)
    return max((note for note in standing if note.size <= from_here), key=attrgetter("size"), default=None)


def _in_database() -> tuple[list[Note], list[Finding]]:
    """Return the notes in the database, and what is wrong with them."""
    known, found, strange = places.public_keys() if Checkpoint.objects.exists() else [], list[Note](), list[Finding]()
    for row in Checkpoint.objects.order_by("pk").iterator(chunk_size=2_000):
        note, why = places.judged(row.note, known)
        if note is None:
            strange.append(Finding(Kind.NOTES, f"note {row.pk} in the database: {why}"))
            continue
        found.append(note)
        kind = Checkpoint.Kind.RESTORE if note.restores else Checkpoint.Kind.CHECKPOINT
        columns = (row.kind, row.size, row.root, row.key_id, row.signed_at)
        if columns != (kind, note.size, note.root.hex(), note.key_id, note.at):
            strange.append(
                Finding(Kind.NOTES, f"note {row.pk} in the database is listed as something else than it says")
            )
    return found, strange


def _sealed(after: int) -> Iterator[Capture]:
    return Capture.objects.filter(seal__gt=after).order_by("seal", "pk").iterator(chunk_size=2_000)


def _unsealed() -> Iterator[Finding]:
    unsealed = Capture.objects.unsealed()
    tables = unsealed.order_by("of").values_list("of", flat=True).distinct()
    for table in tables:
        yield Finding(Kind.UNSEALED, f"changes of {table} were noted, and no event answers for them")
    if Capture.objects.filter(seal__lt=1).exists():
        yield Finding(Kind.TAMPERED, "changes are sealed by a number that no event has")


def _unguarded() -> Iterator[Finding]:
    for name in missing(connection):
        yield Finding(Kind.UNGUARDED, f"the database is not guarded: {name} is missing or not ours")
