"""Jobs: offered under a key, claimed by one conditional UPDATE, kept by a lease; after three deliveries a person's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from mlops import queue as queues
from mlops.errors import BadJob, ClaimLost
from mlops.models import Job
from mlops.ports import SYSTEM, Actor
from mlops.services import workers
from mlops.services.audit import record

MOST_DELIVERIES = 3
LEASE = timedelta(seconds=30)  # a worker leaves a sign of life every sixth of it, see pipeline.jobs
RESTS = (timedelta(seconds=10), timedelta(minutes=1))  # after the first failure, and the second
MOST_NUDGED = 20  # of each queue, the longest waiting first; the others are asked for when these are done
LONGEST_KEY, LONGEST_PAYLOAD, LONGEST_FAILURE = 160, 10_000, 1_000
NEVER_ENDED = "delivered {} times and never ended: each time its worker died, or fell silent, at it"


@dataclass(frozen=True)
class Lease:
    """One worker's hold on one job. number: the delivery, so no two are the same. payload: what the handler works on."""

    job_id: int
    worker: str
    number: int
    key: str
    task: str
    payload: Mapping[str, Any]

    def held(self) -> QuerySet[Job]:
        """The job, as long as the lease holds."""
        return Job.objects.filter(pk=self.job_id, state=Job.State.RUNNING, worker=self.worker, deliveries=self.number)


def offer(
    *,
    key: str,
    task: str,
    queue: str,
    payload: Mapping[str, Any],
    by: Actor,
    at: datetime,
    not_before: datetime | None = None,
) -> Job:
    """Put work on record, in the caller's transaction if there is one; a worker is nudged after the commit.

    Offered again under its key it is the same job, whatever became of it. payload: JSON, ids and never personal data.
    not_before: when it may begin. Raises BadJob when the key already stands for other work, or something is too long.
    """
    facts = {"task": task, "queue": queue, "payload": _checked(key, payload)}
    job = Job.objects.filter(key=key).first() or _put(key, facts, by, at, not_before)
    if (job.task, job.queue, job.payload) != (task, queue, facts["payload"]):
        raise BadJob(f"key: «{key}» stands for other work already ({job.task}): choose a key for this piece of work.")
    if job.state == Job.State.RUNNING and workers.is_gone(job.worker):
        _end_lease(job.pk, job.worker, job.deliveries, at)
    if Job.objects.due(at).filter(pk=job.pk).exists():
        queues.work_soon(job.pk, queue)
    return job


def claim(*, job_id: int, worker: str, at: datetime) -> Lease | None:
    """Take a job that is due; None when it is not, or somebody else was quicker. The fourth delivery is to a person."""
    worker = worker[:120]
    due = Job.objects.due(at).filter(pk=job_id)
    if not due.exists():  # a second message costs no write
        return None
    taken = due.filter(deliveries__lt=MOST_DELIVERIES).update(
        state=Job.State.RUNNING,
        worker=worker,
        deliveries=F("deliveries") + 1,
        lease_until=at + LEASE,
        not_before=None,
        started_at=Coalesce("started_at", at),
        done=0,
        total=0,
    )
    if not taken:
        quarantine(job_id=job_id, at=at)
        return None
    job = Job.objects.get(pk=job_id)
    return Lease(job.pk, worker, job.deliveries, job.key, job.task, job.payload)


def heartbeat(*, lease: Lease, at: datetime, **progress: int) -> bool:
    """Leave a sign of life, and say how far it is (done=, total=). False: the lease is lost, nothing more may be written."""
    return bool(lease.held().update(lease_until=at + LEASE, **progress))


def hold(*, lease: Lease, at: datetime) -> None:
    """Nobody else takes the job or calls it off until the transaction ends. Raises ClaimLost when somebody has."""
    _still(lease, heartbeat(lease=lease, at=at))


def finish(*, lease: Lease, at: datetime, result: Mapping[str, Any] | None = None) -> None:
    """The job is done, for good. Within the transaction of what it did, both stand or fall. Raises ClaimLost."""
    ended = {"state": Job.State.DONE, "finished_at": at, "lease_until": None, "failure": ""}
    _still(lease, lease.held().update(**ended, result=dict(result or {})))


@transaction.atomic
def fail(*, lease: Lease, failure: str, at: datetime) -> None:
    """It broke: tried again after a rest, at the third delivery quarantined. Raises ClaimLost."""
    words = failure[:LONGEST_FAILURE]
    if lease.number < MOST_DELIVERIES:
        waits = {"not_before": at + RESTS[min(lease.number, len(RESTS)) - 1], "state": Job.State.WAITING}
        _still(lease, lease.held().update(**waits, failure=words, worker="", lease_until=None))
        return
    _still(lease, lease.held().update(state=Job.State.QUARANTINED, failure=words, lease_until=None))
    _recorded(lease.job_id, at)


@transaction.atomic
def quarantine(*, job_id: int, at: datetime) -> bool:
    """Set a job apart that was delivered three times and never ended; say whether it was that."""
    spent = Job.objects.due(at).filter(pk=job_id, deliveries__gte=MOST_DELIVERIES)
    words = NEVER_ENDED.format(MOST_DELIVERIES)
    if not spent.update(state=Job.State.QUARANTINED, failure=words, lease_until=None):
        return False
    _recorded(job_id, at)
    return True


def release_dead(*, at: datetime) -> int:
    """End the leases of workers whose process is known to be gone, without waiting for them to run out."""
    running = Job.objects.filter(state=Job.State.RUNNING).values_list("pk", "worker", "deliveries")
    dead = [row for row in running if workers.is_gone(row[1])]
    for row in dead:
        _end_lease(*row, at)
    return len(dead)


def nudge_due(*, at: datetime) -> int:
    """Ask again for jobs that wait, or whose lease ran out; a message may have been lost. Returns how many."""
    due = Job.objects.due(at).values_list("pk", "queue", "deliveries")
    names = due.order_by().values_list("queue", flat=True).distinct()
    asked = [row for name in names for row in due.filter(queue=name)[:MOST_NUDGED]]
    for pk, queue, deliveries in asked:
        if deliveries >= MOST_DELIVERIES:
            quarantine(job_id=pk, at=at)
        else:
            queues.work_soon(pk, queue)
    return len(asked)


def _end_lease(job_id: int, worker: str, number: int, at: datetime) -> None:
    held = Lease(job_id, worker, number, "", "", {}).held()
    held.update(lease_until=at - timedelta(microseconds=1))


def _put(key: str, facts: Mapping[str, Any], by: Actor, at: datetime, not_before: datetime | None) -> Job:
    who = {"offered_at": at, "offered_by": str(by.subject_id)}
    try:
        with transaction.atomic():
            return Job.objects.create(key=key, not_before=not_before, **facts, **who)
    except IntegrityError:  # somebody offered it at the same moment
        return Job.objects.get(key=key)


def _checked(key: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload as a database gives it back. Raises BadJob."""
    if not key or len(key) > LONGEST_KEY:
        raise BadJob(f"key: name the piece of work, in 1 to {LONGEST_KEY} characters.")
    try:
        text = json.dumps(payload, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadJob(f"payload: {error}; give texts, numbers, lists and dicts.") from error
    if len(text) > LONGEST_PAYLOAD:
        raise BadJob(f"payload: {len(text)} characters are more than {LONGEST_PAYLOAD}; store it, and give its digest.")
    found: dict[str, Any] = json.loads(text)
    return found


def _still(lease: Lease, written: int) -> None:
    if not written:
        raise ClaimLost(f"job {lease.job_id} is no longer {lease.worker}'s: it was cancelled or taken over")


def _recorded(job_id: int, at: datetime) -> None:
    job = Job.objects.get(pk=job_id)
    # Not what failed: that may quote anything, and the audit log keeps it for ever.
    record("job.quarantined", f"job:{job_id}", by=SYSTEM, at=at, task=job.task, deliveries=job.deliveries)
