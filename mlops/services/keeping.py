"""Keeping a signed note: in every place outside, then in the database, and nowhere before one that is there already."""

import contextlib
import logging
from pathlib import Path

from django.db import connection, transaction

from mlops import store
from mlops.errors import BadNote, NotSigned
from mlops.models.checkpoints import Checkpoint
from mlops.notes import Note
from mlops.services import places
from mlops.services.places import Place

logger = logging.getLogger(__name__)


def keep(note: Note) -> dict[Path, int]:
    """Write a note to every place, then into the database, and return the places' new sizes, in `places.writing`.

    The events that it speaks of are on the disk before it is. Raises NotSigned or BadKey.
    """
    _check_newest(note)
    _write_through()
    sizes = {folder: _append(folder, [note]) for folder in places.folders()}
    insert(note)
    return sizes


def mend() -> list[Place]:
    """Give every place what it missed while it was away, in `places.writing`, and return what they hold.

    Raises NotSigned on whatever else is wrong with one, and BadKey.
    """
    found = places.read_while_writing()
    every = places.union(found)
    for place in found:
        if place.wrong:
            raise NotSigned(place.wrong)
        if not (place.torn or place.lacking):
            continue
        if place.notes != every[: len(place.notes)]:
            raise NotSigned("; ".join(place.faults))
        logger.warning("notes are added: %s", "; ".join(place.faults))
        place.size = _append(place.folder, place.lacking)
    return found


def insert(note: Note) -> None:
    """Write a note into the database, where pages find it."""
    kind = Checkpoint.Kind.RESTORE if note.restores else Checkpoint.Kind.CHECKPOINT
    facts = {"size": note.size, "root": note.root.hex(), "note": note.text, "key_id": note.key_id}
    with transaction.atomic():
        Checkpoint.objects.create(kind=kind, signed_at=note.at, **facts)


def _check_newest(note: Note) -> None:
    """Raises NotSigned when a place has a note of this moment or later: one after the other is all that can be read."""
    for folder in places.folders():
        try:
            last = places.newest(folder)
        except (OSError, BadNote) as error:
            raise NotSigned(f"{folder} cannot be read: {error}") from error
        if last is not None and note.at <= last.at:
            raise NotSigned(f"{note.words} is not later than what is in {folder / places.FILE}: {last.words}")


def _write_through() -> None:
    """Have on the disk what the database says is written, or a power cut leaves a log that is shorter than its note.

    On PostgreSQL it is. SQLite (WAL, synchronous=NORMAL) leaves commits in the file of its writes, and writes that through
    only before it copies them into the main file, and the main file before it begins the other anew. So the one is enough;
    the other must not be opened here: whoever closes it drops this process's locks on it (sqlite.org/howtocorrupt, 2.2).
    """
    if connection.vendor != "sqlite":
        return
    name = Path(str(connection.settings_dict["NAME"]))
    try:
        with contextlib.suppress(FileNotFoundError):
            store.sync(name.with_name(f"{name.name}-wal"))
        with contextlib.suppress(FileNotFoundError):  # a database in memory has no folder
            store.sync(name.parent)
    except OSError as error:
        raise NotSigned(f"{name} cannot be written to the disk: {error.strerror}") from error


def _append(folder: Path, found: list[Note]) -> int:
    try:
        return places.append(folder, [note.text for note in found])
    except (OSError, BadNote) as error:
        raise NotSigned(f"{folder} cannot be written: {error}") from error
