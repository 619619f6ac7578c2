"""The background jobs mlops may ask for, by name. A nudge may fail: beat finds the row that is due."""

import logging
import time
from functools import partial
from typing import Any

import kombu.exceptions
from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

EXECUTE_RUN = "mlops.execute_run"
TEND = "mlops.tend"
WATCH_DRIFT = "mlops.watch_drift"
NAMES = (EXECUTE_RUN, TEND, WATCH_DRIFT)

PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 1}  # a page waits for a broker that hangs, but not long
FRESH = 15  # seconds until a nudge nobody picked up is worthless: the row is still due, and beat asks again
REST = 5.0  # after a failure the broker is left alone for a while, so that pages stay fast
_quiet_until = 0.0


def execute_soon(run_id: int) -> None:
    """Ask, after commit, that a worker takes the run up."""
    transaction.on_commit(partial(_nudge, EXECUTE_RUN, "training", run_id=run_id))


def _nudge(name: str, queue: str, **facts: Any) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        # A connection of its own: the shared ones wait as long as a worker may.
        with current_app.connection(transport_options=PATIENCE) as line:
            current_app.send_task(name, kwargs=facts, queue=queue, connection=line, retry=False, expires=FRESH)
    except (kombu.exceptions.OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + REST
        logger.warning("the broker is away, the schedule will ask again for %s: %s", name, error)
