"""Work for Celery workers: translate, one call. Workers of every queue load this module, so heavy parts are imported inside."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from mlops import queue, work
from mlops.ports import SYSTEM
from mlops.services import (
    backups,
    claims,
    drafts,
    erasing,
    job_acts,
    jobs,
    monitoring,
    requests,
    runs,
    strays,
    unnamed,
    workers,
)

logger = logging.getLogger(__name__)


@shared_task(name="mlops.execute_run", acks_late=True)
def execute_run(*, run_id: int, **_: Any) -> None:
    """Carry a run out; a second message for it does nothing, and costs nothing."""
    if not runs.is_due(run_id=run_id, at=timezone.now()):
        return
    from mlops.pipeline.execute import execute  # noqa: PLC0415 — the charts' worker stays small

    execute(run_id=run_id, worker=workers.myself())


@shared_task(name="mlops.execute_job", acks_late=True)
def execute_job(*, job_id: int, **_: Any) -> None:
    """Carry a job out, and whatever else is due; a second message for it does nothing, and costs two reads."""
    from mlops.pipeline.jobs import carry_out, work_off  # noqa: PLC0415 — as above

    carry_out(job_id=job_id, worker=workers.myself())
    work_off(queue="charts", worker=workers.myself())


@shared_task(name="mlops.execute_long_job", acks_late=True)
def execute_long_job(*, job_id: int, **_: Any) -> None:
    """Carry out one job that may take many minutes."""
    from mlops.pipeline.jobs import carry_out  # noqa: PLC0415 — as above

    carry_out(job_id=job_id, worker=workers.myself())


def _expire(*, at: datetime) -> None:
    requests.expire(by=SYSTEM, at=at)


# What nobody answers for comes first: the less time until it is sealed, the better.
_TENDED: tuple[Callable[..., object], ...] = (
    strays.seal,
    claims.release_dead,
    jobs.release_dead,
    runs.nudge_due,
    jobs.nudge_due,
    _expire,
    monitoring.gather_outcomes,
)


@shared_task(name="mlops.tend")
def tend(**_: Any) -> None:
    """Seal strays, ask again for what is due, let old requests expire, gather what visitors did: each, whatever breaks.

    Twice is as good as once. Raises at its end what broke.
    """
    at, broken = timezone.now(), []
    for act in _TENDED:
        try:
            act(at=at)
        except Exception as error:
            logger.exception("%s.%s broke", act.__module__, act.__name__)
            broken.append(error)
    if broken:
        raise ExceptionGroup("the schedule's other work was done", broken)


@shared_task(name="mlops.watch_drift", acks_late=True)
def watch_drift(*, every: float = 0, **_: Any) -> None:
    """Hold recent data against what each champion learned from, once for each due moment."""
    work.on_tick(queue.WATCH_DRIFT, every=every, clock=timezone.now, act=_measure)


@shared_task(name="mlops.thin_work", acks_late=True)
def thin_work(*, every: float = 0, **_: Any) -> None:
    """Remove work that ended long ago, and what dead processes left in the store, once for each due moment."""
    work.on_tick(queue.THIN_WORK, every=every, clock=timezone.now, act=_thin)


def _measure(at: datetime) -> None:
    for recipe_key in monitoring.watched_recipes():
        monitoring.measure_drift(recipe_key=recipe_key, by=SYSTEM, at=at)


def _thin(at: datetime) -> None:
    rows, files = job_acts.thin(by=SYSTEM, at=at), drafts.sweep(at=at)
    erased, loose = erasing.clear(), unnamed.sweep(at=at)
    backups.clear_aside()
    logger.info("%s rows of old work, %s drafts, %s erased and %s unnamed files removed", rows, files, erased, loose)
