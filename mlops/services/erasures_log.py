"""The list of who was erased, in places beside the database: a backup put back is older, and they must be erased again."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mlops import store
from mlops.errors import MlopsError

FILE = "erasures.log"
BEGINS = '{"at": "'  # of every line
Known = dict[tuple[str, str], bool]  # by subject and moment: whether that erasure holds


def files() -> list[Path]:
    """Return where the list is, the first place first: each holds all of it, so that one lost disk brings nobody back."""
    return [Path(folder) / FILE for folder in settings.ERASURE_PLACES]


def append(*, digest: str, at: datetime, void: bool = False) -> None:
    """Add a subject's digest in every place, durable on return. Raises MlopsError when one cannot be written.

    No name and no id is in it. void: the erasure of that moment came to nothing; others of the subject stand.
    """
    line = _line(digest, at.isoformat(), **({"void": True} if void else {}))
    for file in files():
        try:
            _add(file, line)
        except OSError as error:
            words = f"the list of erasures {file} cannot be written ({error.strerror}), and nobody is erased without it"
            raise MlopsError(f"{words}: make room, or give it back to us, and try again.") from error


def read() -> Sequence[str]:
    """Return every digest once that any place holds. A line cut short is none. Raises MlopsError."""
    return list(dict.fromkeys(subject for subject, _ in _held()))


def _held() -> list[tuple[str, str]]:
    """Return the erasures that hold, by subject and moment. A void that one place lacks leaves a line too many: no harm."""
    return list(dict.fromkeys(key for file in files() for key, holds in _known(file).items() if holds))


def _known(file: Path) -> Known:
    try:
        return {(str(told["subject"]), str(told["at"])): not told.get("void") for told in _lines(file)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        others = " or ".join(str(other) for other in files() if other != file)
        raise MlopsError(
            f"{file} is no list of erasures: {error}. Mend it from {others}, or people come back."
        ) from error


def _lines(file: Path) -> Iterator[dict[str, object]]:
    try:
        text = file.read_text()
    except FileNotFoundError:
        return
    for line in text.split("\n"):
        if line and not _is_torn(line.rstrip("\0")):
            yield json.loads(line)


def _is_torn(line: str) -> bool:
    """Say whether the power or the room ended within the line: then its erasure was not committed either."""
    return not line.endswith("}") and (line.startswith(BEGINS) or BEGINS.startswith(line))


def _line(subject: str, at: str, **more: bool) -> str:
    return json.dumps({"at": at, "subject": subject, **more}) + "\n"


def _add(file: Path, line: str) -> None:
    """Add a line to one place, and before it what the others hold and it lacks: it may be new, or have been away."""
    known = _known(file)
    lines = [_line(*key) for key in _held() if key not in known] + [line]
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _write(handle, ("" if _ends_whole(handle) else "\n") + "".join(lines))
        os.fsync(handle)
    finally:
        os.close(handle)
    for folder in (file.parent, file.parent.parent):  # either may be new, and is there for good only once it is synced
        store.sync(folder)


def _ends_whole(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return not size or os.pread(handle, 1, size - 1) == b"\n"


def _write(handle: int, text: str) -> None:
    """Write all of it: a disk that fills up takes a part without a word, and tells at the next."""
    data = text.encode()
    while data:
        data = data[os.write(handle, data) :]
