"""A backup as a folder: the database, the stored files, and a list of both with their digests."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mlops import store
from mlops.errors import BadArtefact, BadBackup

LIST = "backup.json"
STORE = "artefacts"
MOST_BYTES = 64 * 2**20  # of the list
_PIECE = 2**22


@dataclass(frozen=True)
class Backup:
    """A backup that was read and checked. events, head: of the audit log in it. lacking: files its rows name, and it has not."""

    folder: Path
    digest: str
    made_at: datetime
    vendor: str
    migrations: tuple[str, ...]
    events: int
    head: str
    files: int
    bytes: int
    lacking: tuple[str, ...]


def copy_store(folder: Path) -> set[str]:
    """Copy every stored file, each checked against its name, and return which. What was changed is not carried on."""
    copied = set()
    for digest in sorted(store.digests()):
        try:
            data = store.open(digest)
        except BadArtefact:  # let go meanwhile, or damaged: a backup that holds it would lie
            continue
        place = folder / STORE / digest[:2]
        place.mkdir(parents=True, exist_ok=True)
        (place / digest).write_bytes(data)
        copied.add(digest)
    return copied


def close(folder: Path, facts: dict[str, Any]) -> str:
    """Write the list of all that is in the folder, have it all on the disk, and return the list's digest."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found[path.relative_to(folder).as_posix()] = {"sha256": _digest(path), "bytes": path.stat().st_size}
        store.sync(path)
    text = json.dumps({**facts, "v": 1, "files": found}, sort_keys=True, indent=1)
    (folder / LIST).write_text(text)
    for path in (folder / LIST, *(path for path in folder.rglob("*") if path.is_dir()), folder):
        store.sync(path)
    return hashlib.sha256(text.encode()).hexdigest()


def read(folder: Path) -> Backup:
    """Return what a backup is, every byte of it checked. Raises BadBackup naming the first file that is wrong."""
    try:
        if (folder / LIST).stat().st_size > MOST_BYTES:
            raise BadBackup(f"{LIST} is larger than {MOST_BYTES} bytes.")
        text = (folder / LIST).read_text()
        told = json.loads(text)
        listed = {str(name): dict(fact) for name, fact in told["files"].items()}
        facts = (str(told["vendor"]), tuple(map(str, told["migrations"])), int(told["events"]), str(told["head"]))
        made_at, lacks = datetime.fromisoformat(told["made_at"]), tuple(map(str, told.get("lacking", [])))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup(f"{folder} is no backup: {LIST} cannot be read ({error}).") from error
    _check(folder, listed)
    whole = sum(int(fact["bytes"]) for fact in listed.values())
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Backup(folder, digest, made_at, *facts, len(listed), whole, lacks)


def put_store_back(folder: Path) -> int:
    """Store every file of a backup again and return how many; files that are there stay."""
    count = 0
    for path in sorted((folder / STORE).glob("??/*")) if (folder / STORE).exists() else []:
        if store.put(path.read_bytes()) != path.name:
            raise BadBackup(f"{path.name} is stored under a name that is not its digest.")
        count += 1
    return count


def discard(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _check(folder: Path, listed: dict[str, dict[str, Any]]) -> None:
    here = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()} | {}
    here.pop(LIST, None)
    if lacking := sorted(set(listed) - set(here)):
        raise BadBackup(f"{lacking[0]} is missing from {folder}.")
    if extra := sorted(set(here) - set(listed)):
        raise BadBackup(f"{extra[0]} in {folder} is not of this backup.")
    for name, path in here.items():
        if path.is_symlink() or not path.is_file():
            raise BadBackup(f"{name} in {folder} is no plain file.")
        if path.stat().st_size != listed[name]["bytes"] or _digest(path) != listed[name]["sha256"]:
            raise BadBackup(f"{name} in {folder} was changed since the backup was made.")


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            whole.update(piece)
    return whole.hexdigest()
