"""Work that waits, is at work, or was set apart, and ticks."""

import itertools
from datetime import timedelta
from typing import Any

from mlops.models import Job, Tick
from tests.clock import NOON

_numbers = itertools.count(1)


def make_job(**given: Any) -> Job:
    """A job that somebody offered; with another state, as one in that state looks."""
    state = given.get("state", Job.State.WAITING)
    fields: dict[str, Any] = {
        "key": f"toy:{next(_numbers)}",
        "task": "toy.double",
        "queue": "charts",
        "payload": {"n": 1},
    }
    if state == Job.State.RUNNING:
        fields |= {
            "worker": "worker-1",
            "deliveries": 1,
            "lease_until": NOON + timedelta(seconds=30),
            "started_at": NOON,
        }
    if state == Job.State.QUARANTINED:
        fields |= {"deliveries": 3, "failure": "ValueError: it does not fit", "started_at": NOON}
    if state in (Job.State.DONE, Job.State.CANCELLED):
        fields |= {"finished_at": NOON}
    return Job.objects.create(**{**fields, "offered_at": NOON, "offered_by": "system", **given})


def make_tick(**given: Any) -> Tick:
    fields = {"schedule": "toy.daily", "due_at": NOON + timedelta(hours=next(_numbers)), "taken_at": NOON}
    return Tick.objects.create(**{**fields, **given})
