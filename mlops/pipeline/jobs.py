"""Carrying out a job: claimed, done by the handler of its task under a lease, and its end written down in words."""

import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from mlops import work
from mlops.errors import ClaimLost, MlopsError
from mlops.models import Job
from mlops.pipeline.heart import beating
from mlops.services import jobs
from mlops.services.jobs import Lease

logger = logging.getLogger(__name__)


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
