"""Rights: where and when a film may be shown."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import F, Q

from catalog.models.history import history
from catalog.territories import TERRITORIES, WORLD, days_at


class LicenceQuerySet(models.QuerySet["Licence"]):
    def covering(self, territory: str) -> Self:
        """Rights that hold in a territory: its own, and those for the whole world."""
        return self.filter(territory__in=[territory, WORLD])

    def on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def in_force(self, at: datetime) -> Self:
        """Rights that hold at a moment, each by the day of its own territory."""
        return self._today(at, lambda day: Q(starts_on__lte=day, ends_on__gte=day))

    def ending(self, at: datetime, within: timedelta) -> Self:
        """Rights that hold at a moment, and not for longer than so many days."""
        return self._today(at, lambda day: Q(starts_on__lte=day, ends_on__gte=day, ends_on__lte=day + within))

    def coming(self, at: datetime) -> Self:
        return self._today(at, lambda day: Q(starts_on__gt=day))

    def over(self, at: datetime) -> Self:
        return self._today(at, lambda day: Q(ends_on__lt=day))

    def _today(self, at: datetime, fits: Callable[[date], Q]) -> Self:
        return self.filter(reduce(or_, (Q(territory__in=codes) & fits(day) for day, codes in days_at(at))))


class Licence(models.Model):
    """The right to show a film in a territory, from a first to a last day."""

    movie = models.ForeignKey("catalog.Movie", on_delete=models.CASCADE, related_name="licences")
    territory = models.CharField(max_length=3, choices=list(TERRITORIES.items()))
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    source = models.ForeignKey("catalog.Source", on_delete=models.PROTECT, null=True, blank=True)

    objects = LicenceQuerySet.as_manager()
    history = history()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="catalog_licence_ends_after_start"),
            models.UniqueConstraint(fields=["movie", "territory", "starts_on"], name="catalog_licence_once"),
        ]
        indexes = [models.Index(fields=["territory", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.get_territory_display()}, {self.starts_on} to {self.ends_on}"
