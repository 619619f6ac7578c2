"""The Celery application; its settings are Django's, under the prefix CELERY_."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, task_received, worker_process_init, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moviesite.settings.embedded")

app = Celery("moviesite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@heartbeat_sent.connect
def sign(sender: Any, **_: Any) -> None:
    """Leave a sign of life for each queue: from the worker's main process, which is awake while a run keeps the other."""
    from moviesite import heart  # noqa: PLC0415 — settings are read first

    heart.sign(sorted(sender.eventer.app.amqp.queues.consume_from))


@task_received.connect
def hear(**_: Any) -> None:
    """Any message says that the queue is heard."""
    from moviesite import heart  # noqa: PLC0415 — as above

    heart.hear()


@worker_shutting_down.connect
def end(**_: Any) -> None:
    """Whoever asks a worker to end may be gone the next moment, and its broker with it."""
    from moviesite import heart  # noqa: PLC0415 — as above

    heart.end_in_time()


@worker_process_init.connect
def go_with_the_worker(**_: Any) -> None:
    """Let the process of a run die with its worker, when that is one that does not finish what it has begun."""
    from moviesite.processes import die_with_parent  # noqa: PLC0415 — workers alone

    if os.environ.get("REMAP_SIGTERM") == "SIGQUIT":
        die_with_parent(signal.SIGKILL)
