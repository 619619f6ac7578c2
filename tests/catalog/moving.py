"""What tests of bringing and taking away share: uploads made by hand, and a worker that does all that waits."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog.models import Move, User
from catalog.moving.writing import write
from catalog.selectors import own_data
from catalog.services import moves
from mlops.models import Job
from mlops.pipeline.jobs import carry_out
from tests.factories.mlops import NOON

LATER = NOON + timedelta(days=1)


def work() -> None:
    """Do every job that waits, and those that come of it."""
    while job := Job.objects.filter(state=Job.State.WAITING, task="catalog.move").order_by("pk").first():
        carry_out(job_id=job.pk, worker="one")
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.failure


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def exported(user: User) -> bytes:
    out = io.BytesIO()
    write(out, own_data.tables(user))
    return out.getvalue()


def looked_at(user: User, data: bytes, name: str = "export.zip") -> Move:
    """An upload of which every film was looked for."""
    move = moves.bring(name=name, data=data, by=user, at=LATER)
    work()
    move.refresh_from_db()
    assert move.state == Move.State.READY
    return move


def imported(user: User, data: bytes, name: str = "export.zip", *, take_theirs: bool = False) -> Move:
    """An upload that was looked at, confirmed and written down."""
    move = looked_at(user, data, name)
    moves.confirm(move_id=move.pk, take_theirs=take_theirs, by=user, at=LATER)
    work()
    move.refresh_from_db()
    assert move.state == Move.State.DONE
    return move


def undone(move: Move) -> Move:
    moves.undo(move_id=move.pk, by=move.user, at=LATER)
    work()
    move.refresh_from_db()
    assert move.state == Move.State.UNDONE
    return move


def wiped(user: User, *parts: str) -> list[Move]:
    """All that a member keeps, taken away part by part."""
    made = []
    for part in parts or Move.Part.values:
        made.append(moves.wipe(part=part, by=user, at=LATER))
        work()
        made[-1].refresh_from_db()
    return made


def outcomes(move: Move) -> dict[str, Any]:
    """What became of each row: (kind, title) → outcome, or the state of what was not taken."""
    return {(row.kind, row.title): row.outcome or row.state for row in move.rows.order_by("number")}
