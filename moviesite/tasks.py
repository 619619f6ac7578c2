"""The heartbeat that goes through each queue: a worker that takes it out of there hears."""

from typing import Any

from celery import Task, shared_task

from moviesite.health import HEARTBEAT


class Heard(Task[Any, Any]):
    """A message that no child of the worker is asked for."""

    Strategy = "moviesite.heart:strategy"


@shared_task(name=HEARTBEAT, base=Heard, bind=False)
def heartbeat(**_: Any) -> None:
    """Nothing is left to do: that the message came through is the sign, see moviesite.heart."""
