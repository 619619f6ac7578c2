"""The catalogue by choice: films that fit every filter, and what each filter would leave of the others."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from catalog.models import GENRES, Licence, Movie, User
from catalog.selectors import own

# Bands from least to most, both included; an open end is left out.
LENGTHS = ("-74", "75-89", "90-104", "105-119", "120-149", "150-")
VOTES = ("50000-", "10000-49999", "1000-9999", "100-999", "-99")
SORTS: dict[str, tuple[Any, ...]] = {
    "rank": (F("standing__rank").asc(nulls_last=True), "pk"),
    "votes": (F("standing__votes").desc(nulls_last=True), "pk"),
    "title": ("sort_title", "pk"),
    "year": ("year", "sort_title", "pk"),
    "-year": ("-year", "sort_title", "pk"),
    "runtime": (F("runtime").asc(nulls_last=True), "pk"),
}
FILTERS = ("genre", "decade", "length", "votes", "playable_in", "unseen_by")


@dataclass(frozen=True)
class Choice:
    """What a visitor chose; an empty filter leaves nothing out. playable_in: a territory, on day."""

    genre: str = ""
    decade: int | None = None
    length: str = ""
    votes: str = ""
    playable_in: str = ""
    unseen_by: User | None = None
    day: date | None = None

    def without(self, name: str) -> "Choice":
        """Return the choice with one filter taken away."""
        empty: Any = None if name in ("decade", "unseen_by") else ""
        return replace(self, **{name: empty})

    @property
    def active(self) -> list[str]:
        """Return the names of the filters that are set."""
        return [name for name in FILTERS if getattr(self, name) not in ("", None)]


@dataclass(frozen=True)
class Counts:
    """For each filter, how many films each of its values would leave under all the others; and how many there are."""

    total: int
    genre: list[tuple[str, int]]
    decade: list[tuple[int, int]]
    length: list[tuple[str, int]]
    votes: list[tuple[str, int]]
    playable: int


def films(choice: Choice, sort: str = "rank") -> QuerySet[Movie]:
    """Return the films of a choice, with their standing, in an order."""
    return _chosen(choice).select_related("standing").order_by(*SORTS[sort])


def count(choice: Choice) -> int:
    """Return how many films a choice has."""
    return _chosen(choice).count()


def counts(choice: Choice, territory: str) -> Counts:
    """Return the counts beside a choice. territory: where «playable» would count, on the choice's day."""
    here = replace(choice, playable_in=territory)
    decades = _chosen(choice.without("decade")).annotate(tens=F("year") / 10).values_list("tens")
    return Counts(
        total=count(choice),
        genre=_each(choice, "genre", GENRES),
        decade=[(tens * 10, n) for tens, n in decades.annotate(n=Count("pk")).order_by("tens")],
        length=_each(choice, "length", LENGTHS),
        votes=_each(choice, "votes", VOTES),
        playable=count(here),
    )


def _each(choice: Choice, name: str, values: tuple[str, ...]) -> list[tuple[str, int]]:
    asked = {f"n{place}": Count("pk", filter=_condition(name, value, choice)) for place, value in enumerate(values)}
    found = _chosen(choice.without(name)).aggregate(**asked)
    return [(value, found[f"n{place}"]) for place, value in enumerate(values)]


def _chosen(choice: Choice) -> QuerySet[Movie]:
    return Movie.objects.filter(*(_condition(name, getattr(choice, name), choice) for name in choice.active))


def _condition(name: str, value: Any, choice: Choice) -> Q:
    if name == "genre":
        return Q(genres__contains=f"|{value}|")
    if name == "decade":
        return Q(year__gte=value, year__lt=value + 10)
    if name == "length":
        return _band("runtime", value)
    if name == "votes":
        band = _band("standing__votes", value)
        return band | Q(standing__isnull=True) if value.startswith("-") else band
    if name == "unseen_by":
        return ~own.seen(value)
    assert choice.day, "what plays is asked of a day"
    rights = Licence.objects.filter(movie=OuterRef("pk")).covering(value).on(choice.day)
    return Q(Exists(rights))


def _band(field: str, band: str) -> Q:
    least, most = band.split("-")
    within = Q(**{f"{field}__gte": int(least)}) if least else Q()
    return within & Q(**{f"{field}__lte": int(most)}) if most else within
