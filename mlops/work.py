"""Door: work that must not be lost. Offer it under a key; the worker's side says what does it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from mlops.errors import BadJob
from mlops.models import Job, Tick
from mlops.queue import nudge
from mlops.services import ticks
from mlops.services.jobs import Lease, finish, heartbeat, offer

__all__ = ["Job", "Lease", "finish", "handled", "handler", "heartbeat", "nudge", "offer", "on_tick"]

Handler = Callable[[Lease], Mapping[str, Any] | None]
_handlers: dict[str, Handler] = {}


def handled(task: str) -> Callable[[Handler], Handler]:
    """Have a function do the jobs of a task: it gets the lease, and returns what came of it, as JSON.

    It may run again after a worker died in it, so what it does it must find done. It may call `finish` itself, inside
    the transaction of what it did, with the same clock; then nothing is left to write. For the modules that workers
    load alone.
    """

    def keep(act: Handler) -> Handler:
        _handlers[task] = act
        return act

    return keep


def handler(task: str) -> Handler:
    """Return what does the jobs of a task. Raises BadJob when this worker knows none."""
    if task not in _handlers:
        raise BadJob(f"task: no worker here does «{task}»; it is older or newer than whoever offered it.")
    return _handlers[task]


def on_tick(
    schedule: str, *, every: float, clock: Callable[[], datetime], act: Callable[[datetime], Any]
) -> Tick | None:
    """Do something once for each due moment of a schedule, however many ask; return the tick when it was ours.

    every: seconds between due moments; 0: asked for by hand, it is done now and no tick is written. What act raises is
    written on the tick and raised again.
    """
    at = clock()
    tick = ticks.take(schedule=schedule, every=every, at=at) if every else None
    if every and tick is None:
        return None
    failure = "it was ended before it was done"
    try:
        act(at)
        failure = ""
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
        raise
    finally:
        if tick is not None:
            ticks.end(tick=tick, at=clock(), failure=failure)
    return tick
