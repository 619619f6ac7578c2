"""Carrying out a run: claimed, step by step, from the first unfinished one; every end is written down in words."""

import logging
import traceback
from collections.abc import Callable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from mlops.errors import BadArtefact, ClaimLost, ContractBreach
from mlops.models import Run, RunStep
from mlops.pipeline import environment
from mlops.pipeline.faults import may_pass, words_for
from mlops.pipeline.heart import beating
from mlops.pipeline.steps import BY_NAME
from mlops.pipeline.usage import metered
from mlops.pipeline.workspace import Workspace, digest_of
from mlops.ports import NotEnoughData
from mlops.services import claims, erasing, grids
from mlops.services.claims import Claim

logger = logging.getLogger(__name__)


def _quiet(line: str) -> None:
    """Nobody listens but the log of the step."""


def execute(*, run_id: int, worker: str, told: Callable[[str], None] = _quiet) -> None:
    """Carry the run out as far as it goes; nothing is done when it is not due, or another worker has it.

    worker: a name for this process. told: is given each line of progress.
    """
    claim = claims.claim(run_id=run_id, worker=worker, at=timezone.now())
    if claim is None:
        logger.info("run %s is not due here", run_id)
        return
    with beating(f"run {run_id}", lambda at: claims.heartbeat(claim=claim, at=at)), environment.pinned():
        try:
            _carry_out(claim, told)
        except ClaimLost as error:
            logger.warning("stopped: %s", error)
            erasing.clear()  # it may have put back what an erasure, which stopped it, had just removed


def _carry_out(claim: Claim, told: Callable[[str], None]) -> None:
    claims.note(claim=claim, environment=environment.facts(), at=timezone.now())
    work = Workspace(claim, told)
    try:
        for step in _steps(work):
            _do(work, step)
    except ClaimLost:
        raise
    except (NotEnoughData, ContractBreach) as refusal:
        _end(work, Run.State.REFUSED, refusal)
    except SoftTimeLimitExceeded as error:
        _end(work, Run.State.FAILED, error)
    except Exception as error:
        logger.exception("run %s failed in %s", claim.run_id, work.step)
        if may_pass(error) and claim.number < claims.MOST_CLAIMS:
            _put_back(work, error)
        else:
            _end(work, Run.State.FAILED, error)
    else:
        _succeed(work)


def _steps(work: Workspace) -> list[RunStep]:
    """Return what is left to do. Where a finished step's output is gone, it and all that follow are done again."""
    steps = list(work.run.steps.order_by("position"))
    for place, step in enumerate(steps):
        if step.state != RunStep.State.DONE:
            return steps[place:]
        if fault := _fault(work, step):
            work.told(f"{step.name} is done again: {fault}")
            claims.redo(claim=work.claim, position=step.position, at=timezone.now())
            step.log += f"done again: {fault}\n"
            return steps[place:]
        work.outputs[step.name] = step.output
        work.told(f"{step.name}: done before")
    return []


def _fault(work: Workspace, step: RunStep) -> str:
    """Say what is wrong with what a finished step left: its record, its inputs, or a file in the store."""
    if digest_of(step.output) != step.output_digest:
        return "its record was changed"
    if _input_digest(work, step.name) != step.input_digest:
        return "what it began with was changed"
    try:
        for digest in BY_NAME[step.name].files(step.output):
            work.arrays(digest)
    except (BadArtefact, ValueError) as error:
        return str(error)
    return ""


def _do(work: Workspace, step: RunStep) -> None:
    work.begin(step.name, step.log)
    work.told(f"{step.name} …")
    at, before = timezone.now(), _input_digest(work, step.name)
    claims.start_step(claim=work.claim, name=step.name, input_digest=before, at=at)
    with metered() as meter:
        output = BY_NAME[step.name].run(work)
    usage = meter.read()
    claims.finish_step(
        claim=work.claim,
        name=step.name,
        output=output,
        digest=digest_of(output),
        usage=usage,
        log=work.log,
        at=timezone.now(),
    )
    work.outputs[step.name] = output
    work.told(f"  {usage.seconds:.1f} s, {usage.cpu_seconds:.1f} s of processor, {usage.megabytes or 0:.0f} MB")


def _input_digest(work: Workspace, name: str) -> str:
    """Over what the step reads: outputs of earlier steps, parameters, seed, moment."""
    run = work.run
    facts: dict[str, Any] = {"params": run.params, "grid": run.grid, "seed": run.seed, "until": run.until.isoformat()}
    return digest_of(facts | {step: digest_of(work.outputs[step]) for step in BY_NAME[name].READS})


def _put_back(work: Workspace, error: BaseException) -> None:
    """Nobody is nudged: until the schedule asks again, what was in the way may be gone."""
    failure = words_for(error, work.step)
    work.log += _traced(error)
    claims.put_back(claim=work.claim, failure=failure, step=work.step, log=work.log, at=timezone.now())
    work.told(f"put back, to be tried again: {failure}")


def _traced(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-3:])


def _end(work: Workspace, state: str, error: BaseException) -> None:
    failure = words_for(error, work.step)
    if state == Run.State.FAILED:
        work.log += _traced(error)
    work.told(f"{state}: {failure}")
    claims.finish(claim=work.claim, state=state, failure=failure, step=work.step, log=work.log, at=timezone.now())


def _succeed(work: Workspace) -> None:
    """The run has done all its steps. A grid's own run rests until its points have finished."""
    at = timezone.now()
    if work.run.grid:
        claims.rest(claim=work.claim, at=at)
        grids.nudge(parent=work.run)
        grids.finish(parent_id=work.run.pk, at=at)
        return
    claims.finish(claim=work.claim, state=Run.State.SUCCEEDED, at=at)
    work.told("SUCCEEDED")
