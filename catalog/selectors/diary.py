"""Reads of a member's diary."""

from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractYear, TruncMonth

from catalog.models import User, Viewing


def lines(user: User, year: int | None = None, month: int | None = None) -> QuerySet[Viewing]:
    """Return a member's diary, or a year or month of it, the last day first; each with `again` and its film."""
    found = Viewing.objects.filter(user=user)
    if year is not None:
        found = found.of_year(year) if month is None else found.of_month(year, month)
    return found.told_again().select_related("movie__standing").newest_first()


def years(user: User) -> list[tuple[int | None, int]]:
    """Return how many lines each year has, the last first; those of an unknown day come as None at the end."""
    counted = Viewing.objects.filter(user=user).values(y=ExtractYear("seen_on")).annotate(n=Count("pk"))
    found = [(row["y"], row["n"]) for row in counted.order_by()]
    return sorted(found, key=lambda pair: (pair[0] is None, -(pair[0] or 0)))


def months(user: User, year: int) -> list[tuple[Any, int]]:
    """Return how many lines each month of a year has, as (first day, how many), the last first."""
    counted = Viewing.objects.filter(user=user).of_year(year).values(m=TruncMonth("seen_on")).annotate(n=Count("pk"))
    return [(row["m"], row["n"]) for row in counted.order_by("-m")]
