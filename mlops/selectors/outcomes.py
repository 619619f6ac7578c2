"""What became of what each version put forward, by version and by day."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum
from django.db.models.functions import TruncDate

from mlops.models import Outcome

Counts = dict[str, int]  # by act


@dataclass(frozen=True)
class Day:
    """One version on one day."""

    label: str
    day: date
    counts: Counts


def by_version() -> dict[str, Counts]:
    """Return every version's counts by act, over all hours, the newest label last."""
    rows = Outcome.objects.values("version_label", "act").annotate(n=Sum("count")).order_by("version_label", "act")
    found: dict[str, Counts] = {}
    for row in rows:
        found.setdefault(row["version_label"], {})[row["act"]] = row["n"]
    return found


def by_day(since: datetime) -> list[Day]:
    """Return counts by version and day from a moment on, newest day first."""
    rows = (
        Outcome.objects.filter(hour__gte=since)
        .annotate(day=TruncDate("hour"))
        .values("day", "version_label", "act")
        .annotate(n=Sum("count"))
        .order_by("-day", "version_label", "act")
    )
    found: dict[tuple[date, str], Counts] = {}
    for row in rows:
        found.setdefault((row["day"], row["version_label"]), {})[row["act"]] = row["n"]
    return [Day(label, day, counts) for (day, label), counts in found.items()]
