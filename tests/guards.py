"""The triggers step aside while a test's database is emptied, and come back as they were."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator

from django.db import connection

from mlops import triggers
from mlops.triggers.database import triggers as every_trigger

AGAINST_EMPTYING = ("DELETE", "TRUNCATE")


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Without the guards against emptying. PostgreSQL lets them rest, which is much quicker than making them anew."""
    if connection.vendor != "postgresql" or triggers.missing(connection):
        triggers.drop(connection, events=AGAINST_EMPTYING)
        yield
        triggers.install(connection)
        return
    _all("DISABLE TRIGGER")
    yield
    _all("ENABLE ALWAYS TRIGGER")
    if triggers.missing(connection):
        triggers.install(connection)


def _all(what: str) -> None:
    names = defaultdict(list)
    for trigger in every_trigger():
        if trigger.event in AGAINST_EMPTYING and trigger.only in ("", "postgresql"):
            names[trigger.table].append(trigger.name)
    with connection.cursor() as cursor:
        cursor.execute(
            ";".join(f"ALTER TABLE {t} {', '.join(f'{what} {name}' for name in found)}" for t, found in names.items())
        )
