"""A run of the toy learner, asked for and carried out, for tests of what a run leaves."""

from typing import Any

from mlops.models import Run
from mlops.pipeline.execute import execute
from mlops.ports import SYSTEM
from mlops.services import runs
from tests.factories.mlops import NOON


def queued(**given: Any) -> Run:
    """A run of the toy learner that waits."""
    return runs.queue_run(
        **{"recipe_key": "toy-learner", "reason": "to see what it learns", "by": SYSTEM, "at": NOON, **given}
    )


def carried_out(run: Run | None = None, **given: Any) -> Run:
    """The run, as far as one worker takes it."""
    run = run or queued(**given)
    execute(run_id=run.pk, worker="worker@test")
    run.refresh_from_db()
    return run


def ended(run: Run) -> tuple[str, str]:
    run.refresh_from_db()
    return run.state, run.failure
