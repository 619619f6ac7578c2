"""The heartbeat that goes through each queue: a worker that takes it out of there hears. And sessions, once a day."""

from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from mlops import work
from moviesite import signed_in
from moviesite.health import HEARTBEAT
from moviesite.schedules import FORGET_SESSIONS


class Heard(Task[Any, Any]):
    """A message that no child of the worker is asked for."""

    Strategy = "moviesite.heart:strategy"


@shared_task(name=HEARTBEAT, base=Heard, bind=False)
def heartbeat(**_: Any) -> None:
    """Nothing is left to do: that the message came through is the sign, see moviesite.heart."""


@shared_task(name=FORGET_SESSIONS)
def forget_sessions(*, every: float = 0, **_: Any) -> None:
    """Let go, once a day, of sessions that ran out."""
    work.on_tick(FORGET_SESSIONS, every=every, clock=timezone.now, act=lambda at: signed_in.forget_ended(at=at))
