"""The diary: what a member saw, and on which day."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from catalog.models.lists import NOTE
from catalog.models.movies import FIRST_YEAR

FIRST_DAY = date(FIRST_YEAR, 1, 1)


class ViewingQuerySet(models.QuerySet["Viewing"]):
    def newest_first(self) -> Self:
        """By day, the last first; those of an unknown day at the end."""
        return self.order_by(F("seen_on").desc(nulls_last=True), "-pk")

    def of_year(self, year: int) -> Self:
        return self.filter(seen_on__year=year)

    def of_month(self, year: int, month: int) -> Self:
        return self.filter(seen_on__year=year, seen_on__month=month)

    def told_again(self) -> Self:
        """Each with `again`: the same member saw the film before. A viewing of an unknown day comes before any day."""
        day = Coalesce("seen_on", Value(date.min), output_field=models.DateField())
        same = Viewing.objects.alias(day=day).filter(user=OuterRef("user"), movie=OuterRef("movie"))
        earlier = same.filter(Q(day__lt=OuterRef("day")) | Q(day=OuterRef("day"), pk__lt=OuterRef("pk")))
        return self.alias(day=day).annotate(again=Exists(earlier))


class Viewing(models.Model):
    """One film seen once. Without a day it was seen some time. Seen again is another row; nothing marks it but the order."""

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="viewings")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.SET_NULL, null=True, related_name="viewings")
    title = models.CharField("title as it was kept", max_length=200)
    year = models.PositiveSmallIntegerField("year as it was kept", null=True)
    seen_on = models.DateField(null=True)
    note = models.TextField(max_length=NOTE, blank=True)
    recorded_at = models.DateTimeField()

    objects = ViewingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_on__isnull=True) | Q(seen_on__gte=FIRST_DAY), name="catalog_viewing_since_cinema"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="catalog_viewing_has_title"),
        ]
        indexes = [
            models.Index(fields=["user", "seen_on", "id"], name="catalog_viewing_by_day"),
            models.Index(fields=["user", "movie"], name="catalog_viewing_of_film"),
        ]

    def __str__(self) -> str:
        return f"film {self.movie_id} seen"
