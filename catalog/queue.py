"""The background jobs the catalogue may ask for, by name. A nudge may fail: beat asks again."""

import logging
import time

import kombu.exceptions
from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

PUBLISH_EDITION = "catalog.publish_edition"
THIN_EDITIONS = "catalog.thin_editions"
NAMES = (PUBLISH_EDITION, THIN_EDITIONS)

PACE = 1.0  # a nudge a second says all that needs saying
PATIENCE = {"socket_connect_timeout": 0.5, "socket_timeout": 1}  # a page waits for a broker that hangs, but not long
REST = 5.0  # after a failure the broker is left alone for a while, so that pages stay fast
_quiet_until = 0.0


def publish_soon() -> None:
    """Ask, after commit, for the next edition."""
    transaction.on_commit(_nudge)


def _nudge() -> None:
    global _quiet_until
    now = time.monotonic()
    if now < _quiet_until:
        return
    try:
        # A connection of its own: the shared ones wait as long as a worker may, and one a second costs nothing.
        with current_app.connection(transport_options=PATIENCE) as line:
            current_app.send_task(PUBLISH_EDITION, queue="charts", connection=line, retry=False, expires=60)
        _quiet_until = now + PACE
    except (kombu.exceptions.OperationalError, OSError) as error:
        _quiet_until = now + REST
        logger.warning("the broker is away, the schedule will publish: %s", error)
