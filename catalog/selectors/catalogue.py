"""The catalogue as partners walk it: filtered, in an order that a cursor can continue, film by film exactly once."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from catalog.errors import UnknownMovie
from catalog.models import Movie
from catalog.prepared import Prepared
from catalog.selectors.film_rows import FILM, FilmRow

FITS = ("exact", "title", "near")
LOOKED = 50  # films that are looked at for a title
LAST = 10**8  # stands for a rank where there is none, behind every rank; a few of them still fit 32 bits


@dataclass(frozen=True)
class Order:
    """place: what is sorted by, then by film number; falling: greatest first; pinned: it follows an edition's numbers."""

    place: Combinable
    falling: bool = False
    pinned: bool = False


_RANK = Coalesce(F("standing__rank"), Value(LAST))
_WR = Cast(Coalesce(F("standing__wr_e6"), Value(0)), BigIntegerField())
_WR_THEN_RANK = ExpressionWrapper(_WR * Value(LAST) - _RANK, BigIntegerField())  # equals as in the chart, not by id
ORDERS = {
    "id": Order(F("pk")),
    "title": Order(F("sort_title")),
    "-title": Order(F("sort_title"), falling=True),
    "year": Order(F("year")),
    "-year": Order(F("year"), falling=True),
    "rank": Order(_RANK, pinned=True),
    "-wr": Order(_WR_THEN_RANK, falling=True, pinned=True),
    "-votes": Order(Coalesce(F("standing__votes"), Value(0)), falling=True, pinned=True),
}
MATCH = Order(
    F("closeness") * Value(2 * LAST) + _RANK, pinned=True
)  # as the search page sorts; closeness is from the search


FILMS = Prepared(lambda: Movie.objects.select_related("standing__edition", "source").filter(pk=-1).order_by("pk"), -1)


def film(number: int) -> Movie:
    """Return a film with its standing and source. Raises UnknownMovie."""
    found = FILMS.first(number)
    if found is None:
        raise UnknownMovie.numbered(number)
    return found


def find(
    *,
    words: str = "",
    year_from: int | None = None,
    year_until: int | None = None,
    votes_from: int | None = None,
    every_genre: tuple[str, ...] = (),
    any_genre: tuple[str, ...] = (),
) -> QuerySet[Movie]:
    """Return films that fit all that is given, with their standing."""
    found = Movie.objects.search(words, near=False) if words else Movie.objects.select_related("standing")
    if year_from is not None:
        found = found.filter(year__gte=year_from)
    if year_until is not None:
        found = found.filter(year__lte=year_until)
    if votes_from:
        found = found.filter(standing__votes__gte=votes_from)
    for genre in every_genre:
        found = found.of_genre(genre)
    if any_genre:
        found = found.filter(reduce(or_, (Q(genres__contains=f"|{genre}|") for genre in any_genre)))
    return found


def walk(found: QuerySet[Movie], order: Order, after: tuple[Any, int] | None, most: int) -> list[tuple[FilmRow, Any]]:
    """Return the next films after (place, film number), each with its place."""
    placed = found.annotate(place=order.place).order_by("-place" if order.falling else "place", "pk")
    if after is not None:
        place, number = after
        beyond = {"place__lt" if order.falling else "place__gt": place}
        placed = placed.filter(Q(**beyond) | Q(place=place, pk__gt=number))
    return [(FilmRow(*row[:-1]), row[-1]) for row in placed.values_list(*FILM, "place")[:most]]


def lookup(title: str, year: int | None, most: int) -> list[tuple[FilmRow, str]]:
    """Return the films that a title may mean, with how well it fits: exact, title or near; the likeliest first."""
    rows = [
        (FilmRow(*row[:-1]), row[-1]) for row in Movie.objects.search(title).values_list(*FILM, "closeness")[:LOOKED]
    ]
    found = [(row, _fit(row, closeness, year)) for row, closeness in rows]
    found.sort(key=lambda pair: (FITS.index(pair[1]), abs(pair[0].year - year) if year else 0))  # stable: else as found
    return found[:most]


def _fit(row: FilmRow, closeness: int, year: int | None) -> str:
    if closeness:
        return "near"
    return "exact" if year in (None, row.year) else "title"
