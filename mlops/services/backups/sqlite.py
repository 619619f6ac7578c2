"""SQLite whole: one file, taken while others read and write, put in place by a rename."""

import contextlib
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from mlops import store
from mlops.errors import BadBackup
from mlops.services.backups import aside, needed

FILE = "database.sqlite3"
PATIENCE = 1  # seconds that another process has to let go
logger = logging.getLogger(__name__)


def dump(connection: BaseDatabaseWrapper, folder: Path) -> set[str]:
    """Write the database as it is at one moment, in a file that needs no other beside it; return what files it needs."""
    connection.ensure_connection()
    source: Any = connection.connection
    with closing(sqlite3.connect(folder / FILE)) as copy:
        source.backup(copy)
        _check(copy)
    with _at(connection, folder / FILE):
        files = needed.files()
    _settle(folder / FILE)
    return files


def facts(folder: Path) -> tuple[int, str]:
    """Return how many events the audit log in a backup has, and its head. Raises BadBackup."""
    with closing(sqlite3.connect(f"{(folder / FILE).absolute().as_uri()}?mode=ro", uri=True)) as copy:
        _check(copy)
        found = copy.execute("SELECT seq, hash FROM mlops_auditevent ORDER BY seq DESC LIMIT 1").fetchone()
    return (found[0], bytes(found[1]).hex()) if found else (0, "")


@contextlib.contextmanager
def replaced(connection: BaseDatabaseWrapper, folder: Path) -> Iterator[None]:
    """Let the block work on a copy of the backup, and have that take this database's place, in one rename.

    After an error, or a kill at any moment, this database is as it was. Raises BadBackup while others have it open.
    """
    name = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    _settle(name)
    with aside.of_database(name) as room:
        draft = room / name.name
        _copy(folder / FILE, draft)
        with _at(connection, draft):
            yield
        _settle(draft)
        store.sync(draft)
        _settle(name)  # asked again: somebody may have come meanwhile
        _drop_logs(name)
        os.replace(draft, name)
        try:
            store.sync(name.parent)
        except OSError:  # it is done, and must not be told as if it were not
            logger.exception("%s was put back, and the disk does not say that it keeps it", name)


@contextlib.contextmanager
def _at(connection: BaseDatabaseWrapper, file: Path) -> Iterator[None]:
    """Point the connection, and with it every query, at another file."""
    usual = connection.settings_dict
    connection.close()
    connection.settings_dict = {**usual, "NAME": str(file)}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual


def _settle(file: Path) -> None:
    """Have all that was written in the one file, and nobody at it. Raises BadBackup.

    A database that is missing or cannot be read is why we are here.
    """
    if not file.exists():
        return
    address = f"{file.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)) as line:
            line.execute("PRAGMA journal_mode=DELETE")  # not while another connection has a write-ahead log open
            line.execute("BEGIN EXCLUSIVE")  # nor this, where there is none and another is in a transaction
            line.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        code = error.sqlite_errorcode & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BadBackup(
                "another process has the database open: stop the site, and whatever else reads it, first."
            ) from error
        if code not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise BadBackup(f"{file} cannot be asked who has it open ({error}): move it away first.") from error


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as file:
        while part := read.read(2**22):
            file.write(part)


def _drop_logs(name: Path) -> None:
    """Of a database that could not be read: they would be played into the one that comes."""
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
