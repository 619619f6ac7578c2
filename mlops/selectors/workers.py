"""Who works each queue and what waits in it, as the broker and the workers answer: quickly, or not at all."""

import contextlib
from dataclasses import dataclass
from typing import Any

import amqp.exceptions
import kombu.exceptions
from celery import current_app

PATIENCE = {"socket_connect_timeout": 0.3, "socket_timeout": 0.5, "max_retries": 0}
ANSWER_WITHIN = 0.7  # seconds; every page that asks waits this long


@dataclass(frozen=True)
class Queue:
    """One queue: the workers that answered, and how many messages wait."""

    workers: tuple[str, ...]
    waiting: int


def queues() -> dict[str, Queue] | None:
    """Return every queue by name, or None when the broker does not answer."""
    names = {route["queue"] for route in (current_app.conf.task_routes or {}).values()}
    try:
        with current_app.connection(transport_options=PATIENCE) as line:
            line.ensure_connection(max_retries=1, timeout=1)
            answers = current_app.control.inspect(timeout=ANSWER_WITHIN, connection=line).active_queues() or {}
            working: dict[str, list[str]] = {name: [] for name in sorted(names)}
            for worker, read in sorted(answers.items()):
                for queue in read:
                    working.setdefault(queue["name"], []).append(worker)
            return {name: Queue(tuple(workers), _waiting(line, name)) for name, workers in working.items()}
    except (kombu.exceptions.OperationalError, OSError):
        return None


def _waiting(line: Any, name: str) -> int:
    """Return the length of a queue; one that nobody wrote to yet does not exist, and is empty."""
    with contextlib.suppress(amqp.exceptions.ChannelError, *line.channel_errors):
        return int(line.default_channel.queue_declare(name, passive=True).message_count)
    return 0
