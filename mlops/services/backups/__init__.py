"""Backups: the whole site in a folder, and the one declared way back to an earlier state."""

import contextlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType

from django.db import Error, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from mlops import policies, store
from mlops.errors import BadBackup
from mlops.ports import Actor
from mlops.services import audit, checkpoints, erasing, places, unnamed
from mlops.services.backups import aside, needed, postgres, sqlite
from mlops.services.backups import folder as kept
from mlops.services.backups.aside import clear as clear_aside
from mlops.services.backups.folder import Backup

__all__ = ["Backup", "back_up", "check", "clear_aside", "put_back"]

ATTEMPTS = 5  # at a backup: one fails when somebody is erased between database and files


def back_up(*, folder: Path, by: Actor, at: datetime) -> Backup:
    """Write the database at one moment and every stored file into a new folder. Raises BadBackup when it exists.

    The folder is all written or not there, and says what the store lacked. An audit event tells of it; keys and
    passwords of this machine are not in it.
    """
    if folder.exists():
        raise BadBackup(f"{folder} exists already: name a new folder.")
    draft = folder.with_name(f".{folder.name}.draft-{os.getpid()}")
    try:
        lacking = _filled(draft)
        events, head = _vendor().facts(draft)
        facts = {"vendor": connection.vendor, "migrations": _migrations(), "events": events, "head": head}
        digest = kept.close(draft, {**facts, "lacking": sorted(lacking), "made_at": at.isoformat()})
        draft.rename(folder)
        store.sync(folder.parent)
    finally:
        kept.discard(draft)
    with transaction.atomic():
        facts = {"digest": digest, "events": events, "head": head, "lacking": len(lacking)}
        audit.record("system.backed-up", f"backup:{digest[:12]}", by=by, at=at, **facts)
    return kept.read(folder)


def check(*, folder: Path) -> Backup:
    """Return what a backup is, every byte checked, and that it fits this database. Raises BadBackup."""
    found = kept.read(folder)
    if found.vendor != connection.vendor:
        raise BadBackup(f"it is of {found.vendor}, and this site runs on {connection.vendor}.")
    if (found.events, found.head) != _vendor().facts(folder):
        raise BadBackup("its list speaks of another audit log than its database holds.")
    return found


def put_back(
    *, folder: Path, reason: str, who: Callable[[], Actor], at: datetime, afterwards: Callable[[Actor], None]
) -> Backup:
    """Put a backup in the place of what is here, and declare it. Raises BadBackup, Refused, NotSigned, BadKey or OSError.

    Then nothing changed. Killed, it leaves at most files that hold nobody who was erased, and what `clear_aside` removes.
    who: finds, among the accounts of the backup, the person who answers for it. afterwards: what must happen to the
    restored rows before anybody sees them (erasures after the backup are done again); it finds its files aside.
    """
    if not reason.strip():
        raise BadBackup("say why it is put back: the reason is kept.")
    found = check(folder=folder)
    clear_aside()
    before = checkpoints.newest_outside()
    taken: set[str] = set()
    try:
        with contextlib.ExitStack() as last, aside.of_store() as room, _vendor().replaced(connection, folder):
            by = who()
            policies.check_may_restore(by)
            with store.aside(room):
                kept.put_store_back(folder)
                afterwards(by)
                unnamed.remove({digest for digest, _begins in unnamed.there()})  # whom such a file holds nobody knows
            taken.update(store.digests(room))
            store.take_in(room)
            with transaction.atomic():
                facts = {"backup": found.digest, "events": found.events, "before": before.size if before else 0}
                audit.record("system.restored", f"backup:{found.digest[:12]}", by=by, at=at, reason=reason, **facts)
            last.enter_context(places.only_signer())  # no signer may start and see the old rows after the note
            checkpoints.declare_restore(before=before, size=found.events, reason=reason, at=at, alone=True)
    except BaseException:
        _take_out(taken)
        raise
    with contextlib.suppress(Error, OSError):  # what the store had of them before; else the daily thinning does it
        erasing.clear()
    return found


def _take_out(taken: set[str]) -> None:
    """Remove the files of a restore that came to nothing. Nobody erased is in them: where that fails, they may stay."""
    with contextlib.suppress(Error, OSError):
        if taken:
            unnamed.remove(taken - needed.files())


def _filled(draft: Path) -> set[str]:
    """Write database and files into a folder, anew while files go meanwhile; return what its rows name, and it has not."""
    for _ in range(ATTEMPTS):
        kept.discard(draft)
        draft.mkdir(parents=True, mode=0o700)
        lacking: set[str] = _vendor().dump(connection, draft) - kept.copy_store(draft)
        if lacking <= needed.files():  # no row of now does without: they were lost before
            break
    return lacking


def _vendor() -> ModuleType:
    return postgres if connection.vendor == "postgresql" else sqlite


def _migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
