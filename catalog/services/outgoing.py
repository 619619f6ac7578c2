"""Sending what is due: several endpoints at once, one delivery of each; threads send, and ask no database."""

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded, TaskPredicate
from django.core.cache import cache

from catalog import queue
from catalog.outward import sending
from catalog.outward.sending import Outcome
from catalog.services import deliveries, endpoints
from catalog.services.deliveries import Claim

AT_ONCE = 8  # requests under way
GO_ON = timedelta(seconds=30)  # after that nothing new is begun: others wait for this worker too
WORKERS_OWN = (TaskPredicate, SoftTimeLimitExceeded)  # what ends a job of a worker, and is no fault of what it was at
SENDING, HELD = "webhooks:sending", 60  # seconds after which a sender is taken to be dead, as its claims are

logger = logging.getLogger(__name__)


def send_due(*, clock: Callable[[], datetime]) -> int:
    """Send what is due until nothing is, or half a minute is over; return how many tries were written down.

    One process sends at a time, as far as the store knows: the others of the queue have their hands free for what else waits.
    """
    if not cache.add(SENDING, 1, timeout=HELD):
        return 0
    try:
        return _send(clock)
    finally:
        cache.delete(SENDING)


def _send(clock: Callable[[], datetime]) -> int:
    until, done = clock() + GO_ON, 0
    flying: dict[Future[Outcome], Claim] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        while True:
            if clock() < until:
                for claim in deliveries.claim(at=clock(), most=AT_ONCE - len(flying)):
                    flying[pool.submit(_try, claim)] = claim
            if not flying:
                break
            for future in wait(flying, timeout=1, return_when=FIRST_COMPLETED).done:
                done += _settled(flying.pop(future), future, clock())
    if clock() >= until:
        queue.send_soon()
    return done


def _settled(claim: Claim, future: Future[Outcome], at: datetime) -> bool:
    """Write down what came of a try, and say whether that was done: one that cannot be does not stop the others.

    Its claim runs out, and it is sent again.
    """
    try:
        return deliveries.settle(claim=claim, outcome=future.result(), at=at) is not None
    except WORKERS_OWN:
        raise
    except Exception:
        logger.exception("what came of delivery %s could not be written down", claim.delivery)
        return False


def _try(claim: Claim) -> Outcome:
    if claim.problem:
        return Outcome(None, claim.problem, "", 0)
    return sending.send(claim.url, claim.content, claim.headers, allow=endpoints.allowed())
