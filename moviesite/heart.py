"""Workers' signs of life: that one is there and hears its queue. One who went deaf ends, and one who was asked to, does."""

import logging
import os
import time
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any

import redis
from celery.worker import state
from django.conf import settings
from django.core.cache import cache

from moviesite.health import ALIVE, HEARTBEAT

logger = logging.getLogger(__name__)
KEPT = 300  # seconds a sign is remembered
DEAF = 20.0  # seconds without a message, idle, while messages wait: it hears no more. Heartbeats come every ten
UNWILLING = 10.0  # seconds, idle, in which a worker that was asked to end has to
LOOKS = 3  # so often in a row they must be found waiting: one may have come a moment ago
PATIENCE = {"socket_connect_timeout": 0.3, "socket_timeout": 0.5}
_heard_at, _found_waiting = time.monotonic(), 0


def strategy(task: Any, app: Any, consumer: Any, **_: Any) -> Callable[..., None]:
    """How a worker takes a heartbeat message: in its main process, as it comes out of the queue, and no child is asked."""

    def heard(message: Any, body: Any, ack: Any, reject: Any, callbacks: Any, **_: Any) -> None:
        hear()
        cache.set(f"{HEARTBEAT}.{message.delivery_info['routing_key']}", time.time(), timeout=KEPT)
        ack(logger, consumer.connection_errors)

    return heard


def hear() -> None:
    """A message came through."""
    global _heard_at, _found_waiting
    _heard_at, _found_waiting = time.monotonic(), 0


def sign(queues: Iterable[str]) -> None:
    """Say for each queue that its worker is there and whether it is at work; end a worker that went deaf.

    Known to happen: the broker does not answer while a message is acknowledged, the worker keeps the message on its
    account, and with one message at a time never asks for another.
    """
    global _found_waiting
    busy = bool(state.reserved_requests)
    for queue in queues:
        cache.set(f"{ALIVE}.{queue}", [time.time(), busy], timeout=KEPT)
    if busy:
        hear()  # it takes one message at a time
    if time.monotonic() - _heard_at > getattr(settings, "DEAF_AFTER", DEAF) and (waiting := _waiting(queues)):
        _found_waiting += 1
        if _found_waiting >= LOOKS:
            logger.critical(
                "deaf: %s messages wait, none comes through. This worker ends, to be started again.", waiting
            )
            os._exit(1)  # its loop may be what is stuck: nothing is tidied, and nothing is at work


def end_in_time() -> None:
    """Have a worker that was asked to end do so soon: at once where it is idle, else when it has done what it is at.

    Known to happen: asked when it has just connected, and its broker goes at that moment too, it looks for it for ever.
    """
    Thread(target=_end_when_idle, daemon=True).start()  # with its process it is gone


def _end_when_idle() -> None:
    while True:
        time.sleep(UNWILLING)
        if not state.active_requests:
            logger.critical("it was asked to end and is still there: it ends now")
            os._exit(1)


def _waiting(queues: Iterable[str]) -> int:
    """Return how many messages wait, asked on a connection of its own; 0 when the broker does not answer."""
    try:
        with redis.Redis.from_url(settings.BROKER, **PATIENCE) as line:
            return sum(int(line.llen(queue)) for queue in queues)
    except (redis.RedisError, OSError):
        return 0
