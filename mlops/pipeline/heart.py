"""Signs of life of a run, from a thread of their own: a solver may keep the other busy for minutes."""

import contextlib
import logging
import threading
from collections.abc import Iterator

from django.db import DatabaseError, connections
from django.utils import timezone

from mlops.services import claims
from mlops.services.claims import Claim

logger = logging.getLogger(__name__)
BEAT = 10.0  # seconds; a sixth of the silence after which a worker is taken for dead


@contextlib.contextmanager
def beating(claim: Claim) -> Iterator[None]:
    """Leave a sign of life every BEAT seconds, until the block ends or the claim is lost."""
    stopped = threading.Event()
    thread = threading.Thread(target=_beat, args=(claim, stopped), name=f"heart of run {claim.run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _beat(claim: Claim, stopped: threading.Event) -> None:
    try:
        while not stopped.wait(BEAT):
            try:
                if not claims.heartbeat(claim=claim, at=timezone.now()):
                    return  # the step in progress finds out at its end
            except DatabaseError as error:
                logger.warning("run %s left no sign of life: %s", claim.run_id, error)
    finally:
        connections.close_all()  # this thread's own
