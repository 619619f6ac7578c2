"""Where signed notes are kept outside the database: one growing file in each of several folders."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from weakref import WeakValueDictionary

from django.conf import settings

from mlops import merkle, notes, signing, store
from mlops.errors import BadNote, NotSigned
from mlops.notes import Note

FILE = "audit.notes"
SIGNER = "signer.lock"  # in the first place, held by the one process that signs for as long as it lives
TAIL = 8_192  # bytes at the end of a file that hold a whole note for sure
ENDS = re.compile(b"^\xe2\x80\x94 .*\n", re.MULTILINE)  # the last line of a note

_IN_MEMORY: WeakValueDictionary[tuple[str, ...], Note] = WeakValueDictionary()


@dataclass
class Place:
    """What one folder holds. wrong: why not all of it could be read; torn: it ends within a note that never was whole.

    lacking: notes that another place has. size: bytes of its file.
    """

    folder: Path
    notes: list[Note] = field(default_factory=list)
    wrong: str = ""
    torn: bool = False
    lacking: list[Note] = field(default_factory=list)
    size: int = 0

    @property
    def faults(self) -> list[str]:
        file, found = self.folder / FILE, [self.wrong] if self.wrong else []
        if self.torn:
            found.append(f"{file} ends within a note")
        if self.lacking and not self.wrong:
            found.append(
                f"{file} lacks {len(self.lacking)} notes that are kept elsewhere, first {self.lacking[0].words}"
            )
        return found


def folders() -> list[Path]:
    return [Path(folder) for folder in settings.CHECKPOINT_PLACES]


def public_keys() -> list[signing.PublicKey]:
    """Return the public keys that notes are checked by, the one in use first. Raises BadKey."""
    return signing.public_keys(Path(settings.CHECKPOINT_PUBLIC_KEY))


def read_all() -> list[Place]:
    """Return what every place holds, as it was at one moment. Raises BadKey when there are notes and no key to check by."""
    with _folder_locked(fcntl.LOCK_SH):
        data = _data()
    return _told(data)


def read_while_writing() -> list[Place]:
    """The same for who is in `writing`, and would wait for himself."""
    return _told(_data())


def _data() -> dict[Path, bytes | str]:
    return {folder: _bytes(folder) for folder in folders()}


def _told(data: dict[Path, bytes | str]) -> list[Place]:
    known = public_keys() if any(isinstance(found, bytes) and found for found in data.values()) else []
    places = [read(folder, found, known) for folder, found in data.items()]
    _compare(places)
    return places


def read(folder: Path, data: bytes | str, known: list[signing.PublicKey]) -> Place:
    """Return the notes in a place's file, up to the first that is wrong. data: its bytes, or why there are none."""
    if isinstance(data, str):
        return Place(folder, wrong=data)
    place = Place(folder, size=len(data))
    texts, torn = notes.split(data.decode("utf-8", errors="replace"))
    place.torn = bool(torn)
    for number, text in enumerate(texts, start=1):
        try:
            note = _read(text, known)
            _check_follows(note, place.notes[-1] if place.notes else None)
        except BadNote as error:
            place.wrong = f"note {number} in {folder / FILE}: {error}"
            break
        place.notes.append(note)
    return place


def judged(text: str, known: list[signing.PublicKey]) -> tuple[Note | None, str]:
    """Return what a note of this log says, or why it is none."""
    try:
        return _read(text, known), ""
    except BadNote as error:
        return None, str(error)


def _read(text: str, known: list[signing.PublicKey]) -> Note:
    """Return what a note of this log says. Raises BadNote.

    A signature costs most of a reading, and the same notes lie in every place and in the database: one that somebody
    still holds in memory is not checked again.
    """
    key = (settings.AUDIT_ORIGIN, text, *(signing.key_id(one) for one in known))
    try:
        return _IN_MEMORY[key]
    except KeyError:
        note = _IN_MEMORY[key] = notes.read(text, origin=settings.AUDIT_ORIGIN, keys=known)
        return note


def newest(folder: Path) -> Note | None:
    """Return the last whole note in a place, read from the end of its file. Raises OSError, BadNote or BadKey."""
    try:
        with (folder / FILE).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            texts, _torn = notes.split(file.read().decode("utf-8", errors="replace"))
    except FileNotFoundError:
        return None
    if not texts:
        return None
    note, why = judged(texts[-1], public_keys())
    if note is None:
        raise BadNote(f"the last note in {folder / FILE}: {why}")
    return note


def append(folder: Path, texts: list[str]) -> int:
    """Add notes to a place's file, on the disk before this returns its new size. Raises OSError or BadNote.

    What a crash left of a note that was never whole is cut off first.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = not (folder / FILE).exists()
    with (folder / FILE).open("ab+") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - TAIL))
        tail = file.read()
        ends = [found.end() for found in ENDS.finditer(tail)]
        if not ends and end > TAIL:
            raise BadNote(f"{folder / FILE} does not end in a note: nothing is added to it")
        end -= len(tail) - ends[-1] if ends else end
        file.truncate(end)
        file.write((("\n" if end else "") + "\n".join(texts)).encode())
        file.flush()
        os.fsync(file.fileno())
        size = file.seek(0, os.SEEK_END)
    if fresh:
        store.sync(folder)
    return size


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Let nobody read while notes are added, place by place."""
    with _folder_locked(fcntl.LOCK_EX):
        yield


@contextlib.contextmanager
def only_signer() -> Iterator[None]:
    """Be the one process that signs, until the block ends or the process does. Raises NotSigned while another is."""
    path = folders()[0] / SIGNER
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise NotSigned(f"{path} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        os.close(handle)
        raise NotSigned(f"a signer is running and holds {path}: stop it first, then try again") from taken
    try:
        yield
    finally:
        os.close(handle)


def union(places: list[Place]) -> list[Note]:
    """Return every note of every place once, by the time of its signature."""
    found = {note.text: note for place in places for note in place.notes}
    return sorted(found.values(), key=_at)


def _check_follows(note: Note, last: Note | None) -> None:
    """Raises BadNote when a note cannot come after the last one of its place."""
    if last is not None and note.at <= last.at:
        raise BadNote(f"{note.words} was not signed after the one before it")
    known = (last.size, last.root) if last else (0, merkle.EMPTY)
    if note.before is not None:
        if note.before != known:
            raise BadNote(f"{note.words} goes back from {note.before[0]} events, and {known[0]} had been signed")
    elif last is not None and note.size < last.size:
        raise BadNote(f"{note.words} is shorter than {last.words}, and nobody declared a restore")


def _compare(places: list[Place]) -> None:
    every = union(places)
    for place in places:
        has = {note.text for note in place.notes}
        place.lacking = [note for note in every if note.text not in has]


def _at(note: Note) -> datetime:
    return note.at


def _bytes(folder: Path) -> bytes | str:
    try:
        return (folder / FILE).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        return f"{folder / FILE} cannot be read: {error.strerror}"


@contextlib.contextmanager
def _folder_locked(how: int) -> Iterator[None]:
    """Hold the first place's folder: one writer, or many readers."""
    try:
        if how == fcntl.LOCK_EX:
            folders()[0].mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folders()[0], os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        if how == fcntl.LOCK_EX:
            raise
        yield  # nothing is there to be read
        return
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def size(folder: Path) -> int:
    """Return the bytes of a place's file, 0 when there is none."""
    try:
        return (folder / FILE).stat().st_size
    except OSError:
        return 0
