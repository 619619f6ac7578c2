"""Reads of what members keep: their watchlist, their lists, how far they are through one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from catalog.models import FilmList, Licence, ListEntry, Rating, Removal, User, Viewing

ORDERS: dict[str, tuple[Any, ...]] = {
    "place": ("position",),
    "added": ("-added_at", "-pk"),
    "leaving": (F("until").asc(nulls_last=True), "position"),
    "rank": (F("movie__standing__rank").asc(nulls_last=True), "position"),
    "year": (F("year").asc(nulls_last=True), "position"),
}


def on_watchlist(user: Any) -> frozenset[int]:
    """Return the numbers of the films on a member's watchlist; none for a stranger."""
    if not isinstance(user, User):
        return frozenset()
    found = ListEntry.objects.filter(list__user=user, list__is_watchlist=True, movie__isnull=False)
    return frozenset(found.values_list("movie_id", flat=True))


def watchlist(user: User) -> FilmList:
    """Return a member's watchlist, unsaved while nothing was ever put on it."""
    return FilmList.objects.filter(user=user, is_watchlist=True).first() or FilmList(user=user, is_watchlist=True)


def seen_by(user: User) -> Q:
    """Return what holds of an entry whose film a member saw: it is in their diary, or they rated it."""
    return Q(Exists(Viewing.objects.filter(user=user, movie=OuterRef("movie")))) | Q(
        Exists(Rating.objects.filter(rater__user=user, movie=OuterRef("movie")))
    )


def entries(film_list: FilmList, territory: str, day: date, order: str = "place") -> QuerySet[ListEntry]:
    """Return a list's films, each with its `place` from 1 and the day `until` which it plays in a territory, if it does."""
    if film_list.pk is None:
        return ListEntry.objects.none()
    rights = Licence.objects.covering(territory).on(day).filter(movie=OuterRef("movie")).order_by()
    until = rights.values("movie").annotate(last=Max("ends_on")).values("last")
    found = ListEntry.objects.filter(list=film_list).select_related("movie__standing")
    place = Window(RowNumber(), order_by="position")
    return found.annotate(place=place, until=Subquery(until)).order_by(*ORDERS[order])


@dataclass(frozen=True)
class Progress:
    """How many films of a list a member has seen."""

    seen: int
    films: int

    @property
    def percent(self) -> int:
        return self.seen * 100 // self.films if self.films else 0


def progress(film_list: FilmList, user: User) -> Progress:
    """Return how far a member is through a list, their own or another's."""
    if film_list.pk is None:
        return Progress(0, 0)
    counts = film_list.entries.aggregate(films=Count("pk"), seen=Count("pk", filter=seen_by(user)))
    return Progress(counts["seen"], counts["films"])


def seen_films(user: User, films: list[int]) -> set[int]:
    """Return which of some films a member saw."""
    diary = Viewing.objects.filter(user=user, movie__in=films).values_list("movie_id", flat=True)
    rated = Rating.objects.filter(rater__user=user, movie__in=films).values_list("movie_id", flat=True)
    return {film for film in [*diary, *rated] if film is not None}


def ratings_of(user: User, films: list[int] | None = None) -> dict[int, int]:
    """Return what a member gave, of some films or of all."""
    given = Rating.objects.filter(rater__user=user)
    return dict((given if films is None else given.filter(movie__in=films)).values_list("movie_id", "value"))


def lists_of(user: User) -> QuerySet[FilmList]:
    """Return a member's lists without the watchlist, last changed first, each with `films` and how many are `seen`."""
    seen = ListEntry.objects.filter(list=OuterRef("pk")).filter(seen_by(user)).order_by()
    counted = seen.values("list").annotate(n=Count("pk")).values("n")
    return FilmList.objects.filter(user=user).named().counted().annotate(seen=Subquery(counted))


def lists_with(user: User, movie_id: int) -> QuerySet[FilmList]:
    """Return a member's lists, each with the number of the `entry` of this film on it, or None."""
    entry = ListEntry.objects.filter(list=OuterRef("pk"), movie=movie_id).values("pk")
    return FilmList.objects.filter(user=user).named().annotate(entry=Subquery(entry))


def shared(token: str) -> FilmList | None:
    """Return the list that a link leads to, or None; what is of a closed account is closed with it."""
    found = FilmList.objects.filter(visibility=FilmList.Visibility.LINK, user__is_active=True)
    return found.filter(token=token).first() if token else None


def removals_of(user: User) -> QuerySet[Removal]:
    """Return what a member took away and can have back, the last first."""
    return Removal.objects.filter(user=user).order_by("-removed_at", "-pk")
