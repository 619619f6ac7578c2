"""Looking at processes from outside: waiting for something, and who of a group is alive."""

import contextlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], object], patience: float = 20) -> bool:
    """Wait until something is true; say whether it came to be."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return bool(true())


def living() -> Iterator[tuple[int, int, int]]:
    """Every living process as (id, parent, group); one that ended and was not yet asked about is not living."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent, group = entry.read_text().rpartition(")")[2].split()[:3]
            if state != "Z":
                yield int(entry.parent.name), int(parent), int(group)


def alive(group: int) -> list[int]:
    """The living processes of a group."""
    return [process for process, _, theirs in living() if theirs == group]


def below(ancestor: int) -> set[int]:
    """The living descendants of a process."""
    found = {ancestor}
    pairs = [(process, parent) for process, parent, _ in living()]
    while grown := {process for process, parent in pairs if parent in found} - found:
        found |= grown
    return found - {ancestor}


def there(process: int) -> bool:
    return any(process == found for found, _, _ in living())


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    path = Path(tempfile.mkdtemp(prefix="rm-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def environment(**given: str) -> dict[str, str]:
    """This process's environment without what points a site at a database, a broker or a folder."""
    foreign = ("DATABASE_URL", "REDIS_URL", "STATE", "PORT", "DEMO", "EDITION_EVERY")
    bare = {name: value for name, value in os.environ.items() if name not in foreign}
    return bare | {"DJANGO_SETTINGS_MODULE": "moviesite.settings.embedded"} | given
