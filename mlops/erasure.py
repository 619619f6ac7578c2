"""Door: erase a subject from all that was frozen, summed up and learned; the caller takes its own rows out meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from django.db import DatabaseError, connection

from mlops.errors import Busy
from mlops.models import Erasure
from mlops.policies import check_may_erase
from mlops.ports import Actor
from mlops.services.erasing import Stale, clear, digest_of, switch
from mlops.services.erasures_log import read as erased_before

__all__ = ["Erasure", "check_may_erase", "clear", "digest_of", "erase_subject", "erased_before"]

ATTEMPTS = 10
FILES = "mlops.pipeline.erasing"  # by its path: it loads frames, and pages import this door


def erase_subject(
    *, subjects: Sequence[str], reason: str, by: Actor, at: datetime, rows: Callable[[], Mapping[str, int]]
) -> Erasure:
    """Erase a subject, whole or not at all, and return its tombstone. For workers and commands: it reads frozen files.

    subjects: its ids, the first being the one it is known by; the others came with it. rows: takes the caller's own rows
    out, within the one transaction, and returns how many by table. New files are in the store before that transaction,
    old ones go after it; a death in between leaves files that `clear` removes, or new ones that a day takes, being nobody's
    by then. Rights are the caller's to check.
    Raises Conflict when it was erased already, Busy when others never stop freezing, BadArtefact for an unreadable file.
    """
    _leave_nothing_on_pages()
    files: Any = import_module(FILES)
    for _ in range(ATTEMPTS):
        plan = files.plan(subjects)
        try:
            found = switch(plan=plan, digest=digest_of(subjects[0]), reason=reason, by=by, at=at, rows=rows)
        except Stale:
            continue
        clear()
        _let_the_journal_go()
        return found
    raise Busy("data is being frozen all the time: nothing was erased, try again in a moment.")


def _leave_nothing_on_pages() -> None:
    """Have SQLite overwrite what it deletes; PostgreSQL does so when it vacuums."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _let_the_journal_go() -> None:
    """Empty SQLite's write-ahead log, which holds pages as they were; while others read, the next checkpoint does."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except DatabaseError:
            pass
