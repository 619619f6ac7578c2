"""What the schedule does while one waits: now and then it asks for what is due."""

import time
from collections.abc import Callable

from celery import current_app

from moviesite import schedules

EVERY = 3.0


def tended(true: Callable[[], bool]) -> Callable[[], bool]:
    """Return the question, which as long as the answer is no has workers look for what is due."""
    asked_at = -EVERY

    def asked() -> bool:
        nonlocal asked_at
        if true():
            return True
        if time.monotonic() - asked_at > EVERY:
            current_app.send_task("mlops.tend", queue=schedules.PARTNERS)
            asked_at = time.monotonic()
        return False

    return asked
