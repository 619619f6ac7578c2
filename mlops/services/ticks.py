"""Ticks: each due moment of a schedule is taken once, by whoever writes its row first; two beats do the work once."""

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from mlops.models import Tick

LONGEST_FAILURE = 1_000
_ZERO = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday: days begin at midnight, weeks with it


def due_moment(*, every: float, at: datetime) -> datetime:
    """Return the latest due moment of a schedule of so many seconds."""
    return at - (at - _ZERO) % timedelta(seconds=every)


def take(*, schedule: str, every: float, at: datetime) -> Tick | None:
    """Take the due moment that has come last; None when somebody has it. Asked in vain, it costs one read."""
    due = due_moment(every=every, at=at)
    if Tick.objects.filter(schedule=schedule, due_at=due).exists():
        return None
    try:
        with transaction.atomic():
            return Tick.objects.create(schedule=schedule, due_at=due, taken_at=at)
    except IntegrityError:
        return None


def end(*, tick: Tick, at: datetime, failure: str = "") -> None:
    """Write down that its work is done, or what broke; the next due moment is its next try."""
    Tick.objects.filter(pk=tick.pk, done_at__isnull=True).update(done_at=at, failure=failure[:LONGEST_FAILURE])
