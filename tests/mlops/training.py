"""A run of the toy learner, asked for and carried out, for tests of what a run leaves."""

import os
import signal
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from mlops.models import Run
from mlops.pipeline.execute import execute
from mlops.ports import SYSTEM
from mlops.services import runs
from mlops.services.runs import SILENCE
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


def in_child(work: Callable[[], Any]) -> int:
    """Do something in a process of its own, forked from this one, and return how it ended: 0, or minus a signal."""
    return wait_for(child(work))


def child(work: Callable[[], Any]) -> int:
    """Begin something in a process of its own, and return its id."""
    connections.close_all()  # what two processes share, neither could use
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def wait_for(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_in(step: str, run: Run) -> int:
    """A worker takes the run up and is killed when it has done a step's work, and not yet written that it is done."""
    reached = []

    def told(line: str) -> None:
        if line == f"{step} …":
            reached.append(line)
        elif reached:
            os.kill(os.getpid(), signal.SIGKILL)

    return in_child(lambda: execute(run_id=run.pk, worker="the first", told=told))


def long_silence(run: Run) -> None:
    """Nothing was heard of the run's worker for longer than one may be silent."""
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - SILENCE - timedelta(seconds=1))
