"""A small audit log, signed as it grew, and what somebody with the database in hand can do to it."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from mlops.models.audit import GENESIS, leaf
from mlops.notes import Note
from mlops.ports import SYSTEM
from mlops.services import audit, checkpoints, places, sealing
from mlops.services.chain import Row, length, rows
from tests.clock import NOON
from tests.factories.mlops import make_audit_event, make_dataset
from tests.mlops import sql

EVENTS, CAPTURES, NOTES = "mlops_auditevent", "mlops_capture", "mlops_checkpoint"


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def tell(count: int = 1, action: str = "test.happened") -> None:
    """So many events that answer for no row."""
    for _ in range(count):
        with transaction.atomic():
            make_audit_event(action=action, subject=f"test:{length() + 1}")


def change(number: int = 1) -> None:
    """An event that answers for a governed row."""
    with sealing.governed():
        made = make_dataset(rows=number)
        audit.record("dataset.frozen", f"dataset:{made.pk}", by=SYSTEM, at=NOON)


def signer() -> checkpoints.Signer:
    return checkpoints.Signer(checkpoints.private_key())


def sign(at: datetime) -> Note:
    """A note of the log as it is, by a signer that has just started."""
    found = signer().attend(at=at, now=True)
    assert found is not None
    return found


def make_log(blocks: int = 3) -> list[Note]:
    """Blocks of four events, one of which answers for a row; each block signed."""
    found = []
    for block in range(blocks):
        tell()
        change(block + 1)
        tell(2)
        found.append(sign(minute(block)))
    return found


def files() -> list[Path]:
    return [Path(folder) / places.FILE for folder in settings.CHECKPOINT_PLACES]


# --- attacks: the triggers must be away --------------------------------------------------------------------------
def log() -> list[Row]:
    return [Row(row.seq, bytes(row.prev), bytes(row.hash), row.body) for row in rows()]


def rewrite(bodies: list[str]) -> None:
    """Put a log of these texts in the place of ours, whose every hash fits."""
    prev, made = GENESIS, []
    for seq, body in enumerate(bodies, start=1):
        digest = leaf(prev, seq, body)
        made.append((seq, prev, digest, body))
        prev = digest
    same = 0
    for old, new in zip(log(), made, strict=False):
        if tuple(old) != new:
            break
        same += 1
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > %s", same)
    for row in made[same:]:
        sql.run(f"INSERT INTO {EVENTS} (seq, prev, hash, body) VALUES (%s, %s, %s, %s)", *row)


def go_back(size: int) -> None:
    """The database as it was after so many events, as an old backup holds it."""
    sql.run(f"DELETE FROM {EVENTS} WHERE seq > %s", size)
    sql.run(f"DELETE FROM {CAPTURES} WHERE seal > %s", size)
    sql.run(f"DELETE FROM {NOTES} WHERE size > %s", size)


def asked(*words: str) -> tuple[int, str]:
    """`manage.py audit …`: its exit code and what it says."""
    said = StringIO()
    try:
        call_command("audit", *words, stdout=said, stderr=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()
