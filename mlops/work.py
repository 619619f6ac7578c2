"""Door: work that must not be lost. Offer it under a key; the worker's side says what does it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import chain, count
from typing import Any

from django.db.models import Q

from mlops.errors import BadJob
from mlops.models import Job, Tick
from mlops.ports import Actor
from mlops.queue import nudge
from mlops.services import job_acts, ticks
from mlops.services.jobs import Lease, finish, heartbeat, hold, offer

__all__ = [
    "Job",
    "Lease",
    "finish",
    "handled",
    "handler",
    "heartbeat",
    "hold",
    "nudge",
    "offer",
    "offer_anew",
    "on_tick",
]

Handler = Callable[[Lease], Mapping[str, Any] | None]
_handlers: dict[str, Handler] = {}


def offer_anew(
    *, key: str, task: str, queue: str, payload: Mapping[str, Any], reason: str, by: Actor, at: datetime
) -> Job:
    """Put work on record that may be asked for again, and return its job: the one that is open, or else a new one.

    What was set apart under the key is called off for it: whoever may ask for the work needs no other right. For work
    that finds done what is done, within a transaction that lets nobody else ask at the same moment.
    """
    known = list(Job.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:")).order_by("pk"))
    for job in known:
        if job.state in (Job.State.WAITING, Job.State.RUNNING):
            return offer(key=job.key, task=job.task, queue=job.queue, payload=job.payload, by=by, at=at)
        if job.state == Job.State.QUARANTINED:
            job_acts.cancel(job_id=job.pk, reason=reason, by=by, at=at, may=lambda _: None)
    taken = {job.key for job in known}
    keys = chain([key], (f"{key}:{number}" for number in count(2)))
    free = next(one for one in keys if one not in taken)
    return offer(key=free, task=task, queue=queue, payload=payload, by=by, at=at)


def handled(task: str) -> Callable[[Handler], Handler]:
    """Have a function do the jobs of a task: it gets the lease, and returns what came of it, as JSON.

    It may run again after a worker died in it, so what it does it must find done. It may call `finish` itself, inside
    the transaction of what it did, with the same clock; then nothing is left to write. For the modules that workers
    load alone.
    """

    def keep(act: Handler) -> Handler:
        _handlers[task] = act
        return act

    return keep


def handler(task: str) -> Handler:
    """Return what does the jobs of a task. Raises BadJob when this worker knows none."""
    if task not in _handlers:
        raise BadJob(f"task: no worker here does «{task}»; it is older or newer than whoever offered it.")
    return _handlers[task]


def on_tick(
    schedule: str, *, every: float, clock: Callable[[], datetime], act: Callable[[datetime], Any]
) -> Tick | None:
    """Do something once for each due moment of a schedule, however many ask; return the tick when it was ours.

    every: seconds between due moments; 0: asked for by hand, it is done now and no tick is written. What act raises is
    written on the tick and raised again.
    """
    at = clock()
    tick = ticks.take(schedule=schedule, every=every, at=at) if every else None
    if every and tick is None:
        return None
    failure = "it was ended before it was done"
    try:
        act(at)
        failure = ""
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
        raise
    finally:
        if tick is not None:
            ticks.end(tick=tick, at=clock(), failure=failure)
    return tick
