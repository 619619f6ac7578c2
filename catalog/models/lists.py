"""Lists of films that members keep: the one watchlist, and as many ordered lists as they like."""

from typing import Self

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

TITLE, NOTE = 200, 2_000  # letters at most


class FilmListQuerySet(models.QuerySet["FilmList"]):
    def named(self) -> Self:
        """Lists that were made, without the watchlist; the last changed first."""
        return self.filter(is_watchlist=False).order_by("-changed_at", "-pk")

    def counted(self) -> Self:
        """Each with the number of its films as `films`."""
        return self.annotate(films=Count("entries"))


class FilmList(models.Model):
    """An ordered list. Nobody but its member sees it, unless it has a link: then whoever holds that."""

    class Visibility(models.TextChoices):
        PRIVATE = "PRIVATE", _("only me")
        LINK = "LINK", _("whoever has the link")

    user = models.ForeignKey("catalog.User", on_delete=models.CASCADE, related_name="lists")
    title = models.CharField(max_length=TITLE, blank=True)
    note = models.TextField(max_length=NOTE, blank=True)
    is_watchlist = models.BooleanField(default=False)
    numbered = models.BooleanField("places are shown as numbers", default=False)
    visibility = models.CharField(max_length=7, choices=Visibility, default=Visibility.PRIVATE)
    token = models.CharField("secret of the link", max_length=64, blank=True, editable=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = FilmListQuerySet.as_manager()

    class Meta:
        verbose_name = "list"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_watchlist=True), name="catalog_one_watchlist_a_member"
            ),
            models.UniqueConstraint(fields=["token"], condition=~Q(token=""), name="catalog_list_token_once"),
            models.CheckConstraint(
                condition=Q(visibility="PRIVATE", token="") | (Q(visibility="LINK") & ~Q(token="")),
                name="catalog_list_link_has_token",
            ),
            models.CheckConstraint(condition=Q(is_watchlist=True) | ~Q(title=""), name="catalog_list_has_title"),
        ]

    def __str__(self) -> str:
        return f"list {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("watchlist") if self.is_watchlist else reverse("list", args=[self.pk])

    @property
    def name(self) -> str:
        """What it is called; a watchlist needs no title of its own."""
        return self.title or gettext("Watchlist")

    @property
    def shared(self) -> bool:
        return self.visibility == self.Visibility.LINK


class ListEntry(models.Model):
    """One film at one place of a list, from 1. Title and year stay when the film itself leaves the catalogue."""

    list = models.ForeignKey(FilmList, on_delete=models.CASCADE, related_name="entries")
    movie = models.ForeignKey("catalog.Movie", on_delete=models.SET_NULL, null=True, related_name="entries")
    title = models.CharField("title as it was kept", max_length=200)
    year = models.PositiveSmallIntegerField("year as it was kept", null=True)
    position = models.PositiveIntegerField()
    note = models.TextField(max_length=NOTE, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(fields=["list", "movie"], name="catalog_film_once_a_list"),
            models.UniqueConstraint(fields=["list", "position"], name="catalog_place_once_a_list"),
            models.CheckConstraint(condition=Q(position__gte=1), name="catalog_entry_place_from_1"),
            models.CheckConstraint(condition=~Q(title=""), name="catalog_entry_has_title"),
        ]

    def __str__(self) -> str:
        return f"place {self.position} of list {self.list_id}"
