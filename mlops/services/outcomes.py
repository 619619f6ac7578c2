"""Outcomes: how often what a version put forward was shown and acted upon. Counted in the cache, gathered into rows.

The cache may be away or forget, and then counts are lost and nothing else. Nothing says whose act it was.
"""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from mlops.models import Deployment, Outcome

logger = logging.getLogger(__name__)
KEPT = 48  # hours a count waits in the cache for whoever gathers it
REST = 5.0  # seconds in which a cache that failed is not asked again
_quiet_until = 0.0


def record(label: str, act: str, count: int = 1) -> None:
    """Count one act (or more) on what a version put forward. Never fails for want of a cache: the count is lost.

    act: one of Outcome.Act. Raises ValueError for another act, or a count below one.
    """
    global _quiet_until
    if act not in Outcome.Act.values or count < 1:
        raise ValueError(f"{act!r} × {count} is no outcome; there are: {', '.join(Outcome.Act.values)}, one or more")
    if time.monotonic() < _quiet_until:
        return
    try:
        _add(_key(label, _hour(timezone.now()), act), count)
    except Exception as error:  # whatever a cache backend raises: a page must not break over a count
        _quiet_until = time.monotonic() + REST
        logger.warning("an outcome was not counted, the cache is away: %s", error)


def gather(*, at: datetime) -> int:
    """Write the counts of the cache into Outcome rows; return how many rows changed.

    A row is raised to the cache's count of its hour, never lowered, so gathering twice, or by two, changes nothing.
    """
    wanted = {_key(*row): row for row in _open_rows(at)}
    found = {wanted[key]: int(value) for key, value in cache.get_many(list(wanted)).items() if int(value) > 0}
    if not found:
        return 0
    with transaction.atomic():
        return sum(_raise(label, hour, act, count) for (label, hour, act), count in sorted(found.items()))


def _add(key: str, count: int) -> None:
    try:
        cache.incr(key, count)
    except ValueError:  # the first of its hour
        cache.add(key, 0, timeout=KEPT * 3600)
        cache.incr(key, count)


def _open_rows(at: datetime) -> Iterator[tuple[str, datetime, str]]:
    """Yield every label, hour and act that may have been counted and not gathered."""
    since = _hour(at) - timedelta(hours=KEPT - 1)
    served = Deployment.objects.select_related("version").filter(started_at__lte=at)
    for version in {row.version for row in served.exclude(ended_at__lt=since)}:
        for hours in range(KEPT):
            for act in Outcome.Act.values:
                yield version.label, since + timedelta(hours=hours), act


def _raise(label: str, hour: datetime, act: str, count: int) -> int:
    row, made = Outcome.objects.get_or_create(version_label=label, hour=hour, act=act, defaults={"count": count})
    if made:
        return 1
    return Outcome.objects.filter(pk=row.pk, count__lt=count).update(count=count)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _key(label: str, hour: datetime, act: str) -> str:
    """Return the key a count waits under: no space in it, which some caches forbid."""
    return f"mlops.outcome:{label.replace(' ', '.')}:{hour:%Y%m%d%H}:{act}"
