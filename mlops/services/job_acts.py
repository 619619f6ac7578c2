"""What a person does with work that waits or was set apart: try it again, or call it off; and what time takes away."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from mlops import policies, queue
from mlops.errors import BadJob
from mlops.models import Job, Tick
from mlops.ports import Actor
from mlops.services.audit import record

JOBS_KEPT, TICKS_KEPT = timedelta(days=90), timedelta(days=30)  # the database refuses to let younger ones go
CHUNK = 1_000
LONGEST_REASON = 500


@transaction.atomic
def retry(*, job_id: int, reason: str, by: Actor, at: datetime) -> Job:
    """Have quarantined work tried again, with three deliveries as at first. Raises Refused or BadJob."""
    policies.check_may_retry_job(by)
    words, job = _reason(reason), _found(job_id)
    fresh = {"state": Job.State.WAITING, "deliveries": 0, "worker": "", "lease_until": None, "not_before": None}
    if not Job.objects.filter(pk=job_id, state=Job.State.QUARANTINED).update(**fresh):
        raise BadJob(f"job {job_id} is {job.state.lower()}: only quarantined work is tried again by hand.")
    queue.work_soon(job_id, job.queue)
    record("job.retried", f"job:{job_id}", by=by, at=at, reason=words, task=job.task)
    job.refresh_from_db()
    return job


@transaction.atomic
def cancel(
    *, job_id: int, reason: str, by: Actor, at: datetime, may: Callable[[Actor], None] = policies.check_may_retry_job
) -> Job:
    """Call work off that is not done. A worker at it may write nothing more. Raises Refused or BadJob.

    may: refuses who may not.
    """
    may(by)
    words, job = _reason(reason), _found(job_id)
    open_still = Job.objects.filter(pk=job_id).exclude(state__in=[Job.State.DONE, Job.State.CANCELLED])
    if not open_still.update(state=Job.State.CANCELLED, finished_at=at, lease_until=None):
        raise BadJob(f"job {job_id} is {job.state.lower()} already: only work that is not done can be called off.")
    record("job.cancelled", f"job:{job_id}", by=by, at=at, reason=words, task=job.task)
    job.refresh_from_db()
    return job


def thin(*, by: Actor, at: datetime) -> int:
    """Remove jobs that ended long ago, and old ticks; return how many rows went. What is quarantined stays."""
    ended = Job.objects.filter(state__in=[Job.State.DONE, Job.State.CANCELLED], finished_at__lt=at - JOBS_KEPT)
    gone = 0
    for old in (ended, Tick.objects.filter(taken_at__lt=at - TICKS_KEPT)):
        while ids := list(old.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            gone += old.model._default_manager.filter(pk__in=ids).delete()[0]
    if gone:
        with transaction.atomic():
            record("work.thinned", "work", by=by, at=at, rows=gone)
    return gone


def _found(job_id: int) -> Job:
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise BadJob(f"There is no job {job_id}.")
    return job


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise BadJob(f"reason: say why, in 1 to {LONGEST_REASON} characters.")
    return words
