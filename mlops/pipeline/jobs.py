"""Carrying out a job: claimed, done by the handler of its task under a lease, and its end written down in words."""

import logging
import time

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from mlops import work
from mlops.errors import ClaimLost, MlopsError
from mlops.models import Job
from mlops.pipeline.heart import beating
from mlops.services import jobs
from mlops.services.jobs import Lease

logger = logging.getLogger(__name__)
MOST_SECONDS = 30.0  # then others' messages have their turn


def carry_out(*, job_id: int, worker: str) -> None:
    """Do a job that is due; nothing is done when it is not, or another worker has it. worker: a name for this process."""
    lease = jobs.claim(job_id=job_id, worker=worker, at=timezone.now())
    if lease is None:
        return
    with beating(f"job {job_id}", lambda at: jobs.heartbeat(lease=lease, at=at)):
        try:
            _do(lease)
        except ClaimLost as error:
            if not Job.objects.filter(pk=job_id, state=Job.State.DONE).exists():  # its handler wrote that itself
                logger.warning("stopped: %s", error)


def work_off(*, queue: str, worker: str) -> None:
    """Do what else is due in a queue: one message that came through is enough for all, whatever became of theirs."""
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        due = Job.objects.due(timezone.now()).filter(queue=queue).values_list("pk", flat=True).first()
        if due is None:
            return
        carry_out(job_id=due, worker=worker)


def _do(lease: Lease) -> None:
    try:
        result = work.handler(lease.task)(lease)
    except ClaimLost:
        raise
    except Exception as error:  # Celery's soft time limit is one too
        logger.exception("job %s (%s) failed at delivery %s", lease.job_id, lease.task, lease.number)
        jobs.fail(lease=lease, failure=_words(error), at=timezone.now())
    else:
        jobs.finish(lease=lease, result=result, at=timezone.now())


def _words(error: Exception) -> str:
    if isinstance(error, SoftTimeLimitExceeded):
        return "it took longer than a worker may"
    return str(error) if isinstance(error, MlopsError) else f"{type(error).__name__}: {error}"
