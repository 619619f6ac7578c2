"""SQLite whole: one file, taken while others read and write, put in place by a rename."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from mlops.errors import BadBackup

FILE = "database.sqlite3"


def dump(connection: BaseDatabaseWrapper, folder: Path) -> None:
    """Write the database as it is at one moment, in a file that needs no other beside it."""
    connection.ensure_connection()
    source: Any = connection.connection
    with closing(sqlite3.connect(folder / FILE)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        _check(copy)


def facts(folder: Path) -> tuple[int, str]:
    """Return how many events the audit log in a backup has, and its head. Raises BadBackup."""
    with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)) as copy:
        _check(copy)
        found = copy.execute("SELECT seq, hash FROM mlops_auditevent ORDER BY seq DESC LIMIT 1").fetchone()
    return (found[0], bytes(found[1]).hex()) if found else (0, "")


@contextlib.contextmanager
def replaced(connection: BaseDatabaseWrapper, folder: Path) -> Iterator[None]:
    """Put the backup's database in the place of this one; an error in the block puts this one back."""
    name = Path(str(connection.settings_dict["NAME"]))
    aside = name.with_name(f".{name.name}.before-restore")
    _settle(connection)
    name.parent.mkdir(parents=True, exist_ok=True)
    draft = name.with_name(f".{name.name}.restoring-{os.getpid()}")
    try:
        _copy(folder / FILE, draft)
        if name.exists():
            os.replace(name, aside)
        os.replace(draft, name)
        _drop_logs(name)
        yield
    except BaseException:
        connection.close()
        if aside.exists():
            os.replace(aside, name)
            _drop_logs(name)
        raise
    finally:
        draft.unlink(missing_ok=True)
    aside.unlink(missing_ok=True)


def _settle(connection: BaseDatabaseWrapper) -> None:
    """Have all that was written in the one file, and let go of it. A database that cannot be read is why we are here."""
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as file:
        while part := read.read(2**22):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def _drop_logs(name: Path) -> None:
    """Of the database that went: they would be played into the one that came."""
    for suffix in ("-wal", "-shm", "-journal"):
        name.with_name(name.name + suffix).unlink(missing_ok=True)


def _check(copy: sqlite3.Connection) -> None:
    """Raises BadBackup. The constraints are asked too, and some of them use what Django gives a connection."""
    copy.create_function("REGEXP", 2, _matches, deterministic=True)
    try:
        found = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"its database cannot be read: {error}.") from error
    if found != ["ok"]:
        raise BadBackup(f"its database is damaged: {'; '.join(found)}.")


def _matches(pattern: str, value: object) -> bool | None:
    return None if value is None else bool(re.search(pattern, str(value)))
