"""PostgreSQL table by table, by COPY in one snapshot; put back in one transaction, all or nothing."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from mlops import triggers
from mlops.errors import BadBackup
from mlops.services.backups import needed

FOLDER = "tables"
COLUMNS = "columns.json"
PIECE = 2**20  # bytes


def dump(connection: BaseDatabaseWrapper, folder: Path) -> set[str]:
    """Write every table as it is at one moment, as COPY tells it, and which columns it has; return what files it needs."""
    (folder / FOLDER).mkdir()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        columns = _columns(connection, cursor)
        for table, names in columns.items():
            with (
                (folder / FOLDER / table).open("wb") as file,
                cursor.copy(f"COPY {_target(table, names)} TO STDOUT") as rows,
            ):
                for row in rows:
                    file.write(row)
        files = needed.files()
    (folder / FOLDER / COLUMNS).write_text(json.dumps(columns, indent=1, sort_keys=True))
    return files


def facts(folder: Path) -> tuple[int, str]:
    """Return how many events the audit log in a backup has, and its head. Raises BadBackup."""
    last, place = (0, ""), _place(folder)
    order = {name: i for i, name in enumerate(place.get("mlops_auditevent", []))}
    if not {"seq", "hash"} <= set(order):
        raise BadBackup("it holds no audit log.")
    with (folder / FOLDER / "mlops_auditevent").open("rb") as file:
        for line in file:
            cells = line.rstrip(b"\n").split(b"\t")
            seq, digest = int(cells[order["seq"]]), cells[order["hash"]].decode().removeprefix("\\\\x")
            last = max(last, (seq, digest))
    return last


@contextlib.contextmanager
def replaced(connection: BaseDatabaseWrapper, folder: Path) -> Iterator[None]:
    """Put the backup's rows in the place of those there are; an error in the block leaves these as they were.

    Raises BadBackup while others are connected, and when its tables are not those of the code.
    """
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            _check_alone(cursor)
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # files may take longer than a minute
        with connection.wrap_database_errors:
            _load(connection, folder)
        yield


def _check_alone(cursor: Any) -> None:
    """Raises BadBackup. Of others' sessions one may not see the kind; those of the server itself are nobody's."""
    cursor.execute(
        "SELECT usename, pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND usesysid IS NOT NULL AND COALESCE(backend_type, 'client backend') = 'client backend' ORDER BY pid"
    )
    if found := [f"{user} in process {pid}" for user, pid in cursor.fetchall()]:
        raise BadBackup(
            f"others have the database open ({', '.join(found[:5])}): stop the site, and whatever else reads it, first."
        )


def _load(connection: BaseDatabaseWrapper, folder: Path) -> None:
    wanted = _place(folder)
    with connection.cursor() as cursor:
        found = _columns(connection, cursor)
        if differing := sorted({t for t in {*found, *wanted} if set(found.get(t, [])) != set(wanted.get(t, []))}):
            raise BadBackup(
                f"its tables are not those of this release ({', '.join(differing[:5])}):"
                " put it back with the release that made it, then migrate."
            )
        triggers.drop(connection)
        cursor.execute(f"TRUNCATE {', '.join(_quoted(table) for table in found)} RESTART IDENTITY")
        for table, names in wanted.items():
            with cursor.copy(f"COPY {_target(table, names)} FROM STDIN") as rows:
                for piece in _pieces(folder / FOLDER / table):
                    rows.write(piece)
        _number_on(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # references are asked now: no guard goes up while any waits
        triggers.install(connection)


def _columns(connection: BaseDatabaseWrapper, cursor: Any) -> dict[str, list[str]]:
    """Return every table's columns in their order; those that are computed are no data."""
    cursor.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY c.relname, a.attnum"
    )
    found: dict[str, list[str]] = {}
    for table, column in cursor.fetchall():
        found.setdefault(table, []).append(column)
    return found


def _number_on(cursor: Any) -> None:
    """Let every sequence go on after the highest number in its column."""
    cursor.execute(
        "SELECT s.relname, t.relname, a.attname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid"
        " JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
        " JOIN pg_namespace n ON n.oid = s.relnamespace WHERE s.relkind = 'S' AND n.nspname = current_schema()"
    )
    for sequence, table, column in cursor.fetchall():
        last = f"(SELECT max({_quoted(column)}) FROM {_quoted(table)})"  # noqa: S608 — the database's own names, quoted
        cursor.execute(f"SELECT setval('{_quoted(sequence)}', COALESCE({last}, 1), {last} IS NOT NULL)")


def _place(folder: Path) -> dict[str, list[str]]:
    try:
        found = json.loads((folder / FOLDER / COLUMNS).read_text())
    except (OSError, ValueError) as error:
        raise BadBackup(f"{FOLDER}/{COLUMNS} cannot be read: {error}.") from error
    return {str(table): [str(name) for name in names] for table, names in found.items()}


def _target(table: str, names: list[str]) -> str:
    return f"{_quoted(table)} ({', '.join(_quoted(name) for name in names)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
