"""Files named by their SHA-256: written whole or not at all, read and checked as the same bytes."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from mlops.errors import BadArtefact

DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 2**30
_ASIDE: list[Path] = []  # what stands before the store
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # opening a pipe waits for a writer, unless asked not to


def put(data: bytes) -> str:
    """Store the bytes and return their digest. Durable on return: file and folder are synced before the rename counts."""
    digest = hashlib.sha256(data).hexdigest()
    final = _home(digest)
    with contextlib.suppress(BadArtefact, OSError):
        open(digest)  # what is there but changed, went just now, or is another user's, is written anew
        os.utime(_path(digest))  # what was put just now is not old: no sweep takes it before a row names it
        return digest
    if not final.parent.exists():
        final.parent.mkdir(parents=True, exist_ok=True)
        sync(final.parent.parent)  # a folder, too, is there for good only once its own folder is synced
    draft = final.parent / f".draft-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        _write(draft, data)
        os.rename(draft, final)
    finally:
        draft.unlink(missing_ok=True)
    sync(final.parent)
    return digest


def open(digest: str, *, size: int | None = None) -> bytes:  # noqa: A001 — the door's verb
    """Return the bytes stored under a digest. Raises BadArtefact when missing, changed, too large or no plain file.

    size: how many bytes there must be, where that is known: of another file not one is read.
    """
    try:
        handle = os.open(_path(digest), FLAGS)
    except OSError as error:
        raise BadArtefact(f"artefact {digest} cannot be opened: {error.strerror}") from error
    try:
        expected = _plain(digest, os.fstat(handle), size)
    except BadArtefact:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as file:
        data = file.read(expected)  # and not what is added meanwhile
    if hashlib.sha256(data).hexdigest() != digest:
        raise BadArtefact(f"artefact {digest} has been changed: its bytes have another digest")
    return data


def head(digest: str, count: int) -> bytes:
    """Return the first bytes under a name, unchecked: for those who walk through the store. None of what is no plain file.

    Raises FileNotFoundError when nothing is there any more, PermissionError when it is not ours to read.
    """
    try:
        handle = os.open(_path(digest), FLAGS)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link, a socket
            return b""
        raise
    try:
        return os.read(handle, count) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    finally:
        os.close(handle)


def remove(digest: str) -> None:
    """Remove an artefact that a keeping policy lets go; removing it twice is no error."""
    _home(digest).unlink(missing_ok=True)


Trace = tuple[int, int, int, int]


def trace(digest: str) -> Trace | None:
    """Return what differs once a stored file is another one (inode, bytes, times), or None when it is missing.

    The bytes are not read: who can set a file's times can hide a change from this, and not from `open`.
    """
    try:
        found = os.stat(_path(digest), follow_symlinks=False)
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def has(digest: str) -> bool:
    """Say whether something is stored under the digest (its bytes are not read)."""
    return _path(digest).is_file()


def is_missing(digest: str) -> bool:
    """Say whether nothing at all is there under the digest. Raises OSError when that cannot be told."""
    try:
        os.lstat(_path(digest))
    except FileNotFoundError:
        return True
    return False


def digests(folder: Path | None = None) -> Iterator[str]:
    """Yield the digest of every file in the store, or of those that were put aside in a folder."""
    for root in [folder] if folder else [*_ASIDE, Path(settings.ARTEFACTS)]:
        yield from (path.name for path in root.glob("??/*") if DIGEST.fullmatch(path.name))


@contextlib.contextmanager
def aside(folder: Path) -> Iterator[None]:
    """Put and remove files in another folder until the block ends, and look there first: the store stays as it is."""
    _ASIDE.insert(0, folder)
    try:
        yield
    finally:
        _ASIDE.remove(folder)


def take_in(folder: Path) -> None:
    """Move what was put aside into the store. Durable on return; raises OSError."""
    finals = [(folder / digest[:2] / digest, _path(digest)) for digest in sorted(digests(folder))]
    for path, final in finals:
        final.parent.mkdir(parents=True, exist_ok=True)
        os.rename(path, final)
    for parent in {final.parent for _, final in finals}:
        sync(parent)
    sync(Path(settings.ARTEFACTS))


def _path(digest: str) -> Path:
    """Return where a file is, or would be."""
    there = (folder / digest[:2] / digest for folder in _ASIDE)
    return next((path for path in there if os.path.lexists(path)), _in(Path(settings.ARTEFACTS), digest))


def _home(digest: str) -> Path:
    """Return where a file is put."""
    return _in(_ASIDE[0] if _ASIDE else Path(settings.ARTEFACTS), digest)


def _in(folder: Path, digest: str) -> Path:
    if not DIGEST.fullmatch(digest):
        raise BadArtefact(f"{digest!r} is no SHA-256")
    return folder / digest[:2] / digest


def _plain(digest: str, found: os.stat_result, size: int | None) -> int:
    """Return how many bytes are to be read of what is open. Raises BadArtefact when it is not what may be read."""
    if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
        raise BadArtefact(f"artefact {digest} is no plain file of at most {MOST_BYTES} bytes")
    if found.st_nlink != 1:
        raise BadArtefact(f"artefact {digest} has {found.st_nlink} names: whoever holds another could change it")
    if size not in (None, found.st_size):
        raise BadArtefact(f"artefact {digest} has been changed: it has {found.st_size} bytes instead of {size}")
    return found.st_size


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Have a file, or which files are in a folder, on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
