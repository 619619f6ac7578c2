"""Rooms aside, where a restore works until its last step: they hold whom it has yet to erase again, and no end leaves one."""

import contextlib
import fcntl
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

LOCK = "lock"  # held in a room for as long as its restore lives, whatever ends it
logger = logging.getLogger(__name__)


@contextlib.contextmanager
def of_store() -> Iterator[Path]:
    """Give the block an empty room in the store, on the same disk. Raises OSError."""
    with _room(*_in_store()) as room:
        yield room


@contextlib.contextmanager
def of_database(name: Path) -> Iterator[Path]:
    """Give the block an empty room beside a database that is a file. Raises OSError."""
    with _room(*_beside(name)) as room:
        yield room


def clear() -> int:
    """Remove what killed restores left and return how many rooms; one that is at work keeps its own. Raises OSError."""
    gone = 0
    for room in _rooms():
        if _is_at_work(room):
            continue
        if room.is_dir():
            shutil.rmtree(room)
        else:
            room.unlink(missing_ok=True)
        gone += 1
    return gone


@contextlib.contextmanager
def _room(folder: Path, begins: str) -> Iterator[Path]:
    room = folder / f"{begins}{secrets.token_hex(4)}"
    room.mkdir(mode=0o700, parents=True)
    handle = os.open(room / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)  # an error would hide what came of the block
        os.close(handle)
        if room.exists():
            logger.error("%s could not be removed, and may hold people who were erased: remove it", room)


def _rooms() -> list[Path]:
    places = [_in_store()]
    if connection.vendor == "sqlite":
        places.append(_beside(Path(str(connection.settings_dict["NAME"]))))
    found = [(folder, begins) for folder, begins in places if folder.is_dir()]
    return [path for folder, begins in found for path in folder.iterdir() if path.name.startswith(begins)]


def _in_store() -> tuple[Path, str]:
    return Path(settings.ARTEFACTS), ".restoring-"


def _beside(name: Path) -> tuple[Path, str]:
    return name.parent, f".{name.name}.restoring-"


def _is_at_work(room: Path) -> bool:
    try:
        handle = os.open(room / LOCK, os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
