"""Who works on a run: claimed by one conditional UPDATE, kept by signs of life, and every write bound to the claim."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from mlops.errors import ClaimLost
from mlops.models import Dataset, Run, RunStep
from mlops.models.runs import GIVEN_UP, SILENCE
from mlops.ports import SYSTEM
from mlops.services import grids, workers
from mlops.services.audit import record
from mlops.services.sealing import governed

MOST_CLAIMS = 3


@dataclass(frozen=True)
class Claim:
    """One worker's hold on one run. number: how often the run had been claimed by then, so no two are the same."""

    run_id: int
    worker: str
    number: int

    def held(self) -> QuerySet[Run]:
        """The run, as long as the claim holds."""
        return Run.objects.filter(pk=self.run_id, state=Run.State.RUNNING, worker=self.worker, claims=self.number)


@dataclass(frozen=True)
class Usage:
    """What a step took. seconds: of the clock; cpu_seconds: of processors; megabytes: most that was resident."""

    seconds: float
    cpu_seconds: float
    megabytes: float | None


@governed()
def claim(*, run_id: int, worker: str, at: datetime) -> Claim | None:
    """Take a run that is due; None when it is not, or somebody else was quicker. The third dead worker fails it."""
    due = Run.objects.due(at, SILENCE).filter(pk=run_id)
    taken = due.filter(claims__lt=MOST_CLAIMS).update(
        state=Run.State.RUNNING,
        worker=worker[:120],
        claims=F("claims") + 1,
        heartbeat_at=at,
        started_at=Coalesce("started_at", at),
        failure="",
    )
    if taken:
        return Claim(run_id, worker[:120], Run.objects.values_list("claims", flat=True).get(pk=run_id))
    if due.update(state=Run.State.FAILED, finished_at=at, failure=GIVEN_UP):
        RunStep.objects.filter(run=run_id, state=RunStep.State.RUNNING).update(state=RunStep.State.FAILED)
        grids.settle(child_id=run_id, at=at)
        record("run.failed", f"run:{run_id}", by=SYSTEM, at=at, reason=GIVEN_UP)
    return None


def release_dead(*, at: datetime) -> int:
    """Take runs whose worker's process is known to be gone for silent, without waiting; return how many."""
    running = Run.objects.filter(state=Run.State.RUNNING, claims__gt=0)  # 0: it rests until its points have finished
    dead = [row for row in running.values_list("pk", "worker", "claims") if workers.is_gone(row[1])]
    for run_id, worker, number in dead:
        Claim(run_id, worker, number).held().update(heartbeat_at=at - 2 * SILENCE)
    return len(dead)


def heartbeat(*, claim: Claim, at: datetime) -> bool:
    """Leave a sign of life. False: the claim is lost, and nothing more may be written."""
    return bool(claim.held().update(heartbeat_at=at))


@contextlib.contextmanager
def holding(*, claim: Claim, at: datetime) -> Iterator[None]:
    """A transaction in which the claim holds until its end. Raises ClaimLost."""
    with governed():
        if not heartbeat(claim=claim, at=at):
            raise ClaimLost(f"run {claim.run_id} is no longer {claim.worker}'s: it was cancelled or taken over")
        yield


def start_step(*, claim: Claim, name: str, input_digest: str, at: datetime) -> None:
    """A step begins, perhaps not for the first time. Raises ClaimLost."""
    begun = {"state": RunStep.State.RUNNING, "started_at": at, "finished_at": None, "input_digest": input_digest}
    with holding(claim=claim, at=at):
        _step(claim, name).update(attempts=F("attempts") + 1, done=0, total=0, output={}, output_digest="", **begun)


def tell(*, claim: Claim, name: str, done: int, total: int, log: str, at: datetime) -> None:
    """Say how far a step is. Raises ClaimLost."""
    with holding(claim=claim, at=at):
        _step(claim, name).update(done=done, total=total, log=log)


def announce(*, claim: Claim, name: str, output: Mapping[str, Any], at: datetime) -> None:
    """Name what a step is about to put into the store: it is no output until the step is done. Raises ClaimLost."""
    with holding(claim=claim, at=at):
        _step(claim, name).update(output=dict(output))


def finish_step(
    *, claim: Claim, name: str, output: Mapping[str, Any], digest: str, usage: Usage, log: str, at: datetime
) -> None:
    """A step is done, and what came out of it is on record. Raises ClaimLost."""
    spent = {"seconds": usage.seconds, "cpu_seconds": usage.cpu_seconds, "megabytes": usage.megabytes}
    with holding(claim=claim, at=at):
        _step(claim, name).update(
            state=RunStep.State.DONE, output=dict(output), output_digest=digest, log=log, finished_at=at, **spent
        )


def redo(*, claim: Claim, position: int, at: datetime) -> None:
    """Have this step and all after it done again: its output is gone or was changed. Raises ClaimLost."""
    with holding(claim=claim, at=at):
        RunStep.objects.filter(run=claim.run_id, position__gte=position).update(
            state=RunStep.State.WAITING, output={}, output_digest="", finished_at=None
        )


def note(*, claim: Claim, at: datetime, dataset: Dataset | None = None, **changes: Any) -> None:
    """Write down what was found out about the run itself: dataset, environment, evaluation. Raises ClaimLost."""
    if dataset is not None:
        changes["dataset"] = dataset
    with holding(claim=claim, at=at):
        claim.held().update(**changes)


def rest(*, claim: Claim, at: datetime) -> None:
    """A grid's own run waits for its points: whoever looks after it meanwhile has not died at it. Raises ClaimLost."""
    with holding(claim=claim, at=at):
        claim.held().update(claims=0)


def put_back(*, claim: Claim, failure: str, step: str, log: str, at: datetime) -> None:
    """It broke, and may go well in a moment: whoever is asked next goes on at the step it broke in. Raises ClaimLost."""
    with holding(claim=claim, at=at):
        _step(claim, step).filter(state=RunStep.State.RUNNING).update(state=RunStep.State.WAITING, log=log)
        claim.held().update(state=Run.State.QUEUED, worker="", heartbeat_at=None, failure=failure)


@governed()
def finish(*, claim: Claim, state: str, at: datetime, failure: str = "", step: str = "", log: str = "") -> None:
    """End the run; `step` names the one it ended in when it did not succeed. Raises ClaimLost."""
    if not claim.held().update(state=state, finished_at=at, heartbeat_at=at, failure=failure):
        raise ClaimLost(f"run {claim.run_id} is no longer {claim.worker}'s: it was cancelled or taken over")
    if step:
        _step(claim, step).update(state=RunStep.State.FAILED, finished_at=at, log=log)
    grids.settle(child_id=claim.run_id, at=at)
    record(f"run.{state.lower()}", f"run:{claim.run_id}", by=SYSTEM, at=at, reason=failure)


def _step(claim: Claim, name: str) -> QuerySet[RunStep]:
    return RunStep.objects.filter(run=claim.run_id, name=name)
