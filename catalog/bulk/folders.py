"""The folder of one import: the upload, for as long as it is worked on, and files of results, each whole or not there."""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.conf import settings

from mlops.store import sync

UPLOAD, SEGMENT = "upload", "{:06d}.ndjson"
PIECE = 2**18


class TooLarge(Exception):
    """More bytes, or more lines, than an upload may have; the words say how many it may."""


class Received(NamedTuple):
    """What an upload is known by."""

    digest: str
    size: int


def of(uid: str) -> Path:
    return Path(settings.IMPORTS) / uid


def receive(uid: str, pieces: Iterable[bytes]) -> Received:
    """Write an upload down as it comes in. Durable on return. Raises TooLarge, and then nothing is left of it."""
    folder = of(uid)
    folder.mkdir(mode=0o700, parents=True)
    try:
        received = _written(folder / ".draft", pieces)
        os.rename(folder / ".draft", folder / UPLOAD)
        sync(folder)
        sync(folder.parent)
    except BaseException:
        remove(uid)
        raise
    return received


def _written(draft: Path, pieces: Iterable[bytes]) -> Received:
    whole, size, lines = hashlib.sha256(), 0, 0
    with _new(draft) as file:
        for piece in pieces:
            whole.update(piece)
            size, lines = size + len(piece), lines + piece.count(b"\n")
            if size > settings.IMPORT_MOST_BYTES:
                raise TooLarge(f"A file holds at most {settings.IMPORT_MOST_BYTES:,} bytes: send it in parts.")
            if lines > settings.IMPORT_MOST_LINES:
                raise TooLarge(f"A file holds at most {settings.IMPORT_MOST_LINES:,} lines: send it in parts.")
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Received(whole.hexdigest(), size)


def opened(uid: str, size: int) -> BinaryIO:
    """Open the upload of so many bytes. Raises FileNotFoundError when it went."""
    file = (of(uid) / UPLOAD).open("rb", buffering=PIECE)
    if os.fstat(file.fileno()).st_size == size:
        return file
    file.close()
    raise FileNotFoundError(f"the upload of {uid} is not what came in")


def draft(uid: str, data: bytes) -> Path:
    """Write results down aside, durably; `keep` gives them their number."""
    path = of(uid) / f".draft-{secrets.token_hex(6)}"
    with _new(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return path


def keep(uid: str, path: Path, number: int) -> None:
    """Make a draft the results of a number, in the place of what a worker that died left there. Durable on return."""
    os.rename(path, of(uid) / SEGMENT.format(number))
    sync(of(uid))


def results(uid: str, count: int) -> list[Path] | None:
    """Return the first so many files of results; None when any is gone."""
    paths = [of(uid) / SEGMENT.format(number) for number in range(1, count + 1)]
    return paths if all(path.is_file() for path in paths) else None


def read(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield files, one after the other."""
    for path in paths:
        yield path.read_bytes()


def tidy(uid: str) -> None:
    """Remove what only the work needed: the upload, drafts, notes of a dry run. Results stay."""
    for path in list(of(uid).glob("*")) + list(of(uid).glob(".*")):
        if path.suffix != ".ndjson":
            path.unlink(missing_ok=True)


def remove(uid: str) -> None:
    shutil.rmtree(of(uid), ignore_errors=True)


def uids() -> Iterator[tuple[str, float]]:
    """Yield every folder's name, and when something in it last came or went, in seconds since 1970."""
    for path in Path(settings.IMPORTS).glob("*"):
        with contextlib.suppress(FileNotFoundError):
            yield path.name, path.stat().st_mtime


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
