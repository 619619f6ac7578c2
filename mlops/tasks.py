"""Work for Celery workers: translate, one call. Workers of every queue load this module, so heavy parts are imported inside."""

import logging
import os
import socket
from typing import Any

from celery import shared_task
from django.utils import timezone

from mlops.ports import SYSTEM
from mlops.services import monitoring, requests, runs

logger = logging.getLogger(__name__)


@shared_task(name="mlops.execute_run", acks_late=True)
def execute_run(*, run_id: int, **_: Any) -> None:
    """Carry a run out; a second message for it does nothing, and costs nothing."""
    if not runs.is_due(run_id=run_id, at=timezone.now()):
        return
    from mlops.pipeline.execute import execute  # noqa: PLC0415 — the charts' worker stays small

    execute(run_id=run_id, worker=f"{socket.gethostname()}:{os.getpid()}")


@shared_task(name="mlops.tend")
def tend(**_: Any) -> None:
    """Ask again for runs that are due, let old requests expire, gather what visitors did."""
    at = timezone.now()
    runs.nudge_due(at=at)
    requests.expire(by=SYSTEM, at=at)
    monitoring.gather_outcomes(at=at)


@shared_task(name="mlops.watch_drift", acks_late=True)
def watch_drift(**_: Any) -> None:
    """Hold recent data against what each champion learned from."""
    for recipe_key in monitoring.watched_recipes():
        monitoring.measure_drift(recipe_key=recipe_key, by=SYSTEM, at=timezone.now())
