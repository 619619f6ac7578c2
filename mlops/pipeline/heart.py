"""Signs of life of a run or a job, from a thread of their own: a solver may keep the other busy for minutes."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import DatabaseError, connections
from django.utils import timezone

logger = logging.getLogger(__name__)
BEAT = 5.0  # seconds; a twelfth of the silence after which a run's worker is taken for dead, a sixth of a job's lease
Sign = Callable[[datetime], bool]


@contextlib.contextmanager
def beating(what: str, sign: Sign) -> Iterator[None]:
    """Leave a sign of life every BEAT seconds, until the block ends or the sign says that the hold is lost."""
    stopped = threading.Event()
    thread = threading.Thread(target=_beat, args=(what, sign, stopped), name=f"heart of {what}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _beat(what: str, sign: Sign, stopped: threading.Event) -> None:
    try:
        while not stopped.wait(BEAT):
            try:
                if not sign(timezone.now()):
                    return  # the work in progress finds out at its end
            except DatabaseError as error:
                logger.warning("%s left no sign of life: %s", what, error)
    finally:
        connections.close_all()  # this thread's own
