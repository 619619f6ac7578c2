"""The background jobs mlops may ask for, by name, and how anybody asks: a nudge may fail, the row is due all the same."""

import logging
import time
from functools import partial
from typing import Any

import kombu.exceptions
from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

EXECUTE_RUN = "mlops.execute_run"
EXECUTE_JOB = "mlops.execute_job"
EXECUTE_LONG_JOB = "mlops.execute_long_job"  # the same, of a queue whose work may take many minutes
TEND = "mlops.tend"
THIN_WORK = "mlops.thin_work"
WATCH_DRIFT = "mlops.watch_drift"
NAMES = (EXECUTE_RUN, EXECUTE_JOB, EXECUTE_LONG_JOB, TEND, THIN_WORK, WATCH_DRIFT)

PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 1}  # a page waits for a broker that hangs, but not long
FRESH = 15  # seconds until a nudge nobody picked up is worthless: the row is still due, and beat asks again
REST = 5.0  # after a failure the broker is left alone for a while, so that pages stay fast
SLOW = 0.5  # seconds after which a broker that did take a message is left alone too: ten times as long as it took
_quiet_until = 0.0
_told_until: dict[
    tuple[str, str], float
] = {}  # by task and what it is of: a nudge said all that needs saying until then
MOST_REMEMBERED = 1_000


def execute_soon(run_id: int) -> None:
    """Ask, after commit, that a worker takes the run up."""
    transaction.on_commit(partial(nudge, EXECUTE_RUN, "training", pace=FRESH, run_id=run_id))


def work_soon(job_id: int, queue: str) -> None:
    """Ask, after commit, that a worker of the queue takes the job up."""
    name = EXECUTE_LONG_JOB if queue == "training" else EXECUTE_JOB
    transaction.on_commit(partial(nudge, name, queue, pace=FRESH, job_id=job_id))


def nudge(name: str, queue: str, *, pace: float = 0.0, expires: float = FRESH, **facts: Any) -> None:
    """Send a message that may be lost: it never raises, and a broker that fails or is slow is left alone for a while.

    pace: seconds in which one such nudge is enough; or else messages for what is due would pile up before a slow worker.
    expires: seconds until nobody need read it.
    """
    global _quiet_until
    now, which = time.monotonic(), (name, repr(sorted(facts.items())))
    if now < max(_quiet_until, _told_until.get(which, 0.0)):
        return
    try:
        # A connection of its own: the shared ones wait as long as a worker may.
        with current_app.connection(transport_options=PATIENCE) as line:
            current_app.send_task(name, kwargs=facts, queue=queue, connection=line, retry=False, expires=expires)
        _remember(which, now, now + pace)
        if (took := time.monotonic() - now) > SLOW:
            _quiet_until = now + max(REST, 10 * took)
            logger.warning("the broker took %.1f s for a message and is left alone for a while", took)
    except (kombu.exceptions.OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + REST
        logger.warning("the broker is away, the schedule will ask again for %s: %s", name, error)


def _remember(which: tuple[str, str], now: float, until: float) -> None:
    if len(_told_until) >= MOST_REMEMBERED:
        for old in [key for key, moment in _told_until.items() if moment < now]:
            del _told_until[old]
    _told_until[which] = until


def forget() -> None:
    """As if the last nudge and the last failure were long ago: for a process that begins anew."""
    global _quiet_until
    _quiet_until = 0.0
    _told_until.clear()
