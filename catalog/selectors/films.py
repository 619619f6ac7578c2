"""Reads about films: one film's facts, search, browse, what plays and what leaves."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from catalog.finding.asked import MOST_LETTERS, MOST_WORDS, read
from catalog.models import GENRES, Licence, Movie, Rating
from catalog.prepared import Prepared
from catalog.selectors import programme
from catalog.territories import WORLD

__all__ = ["MOST_LETTERS", "MOST_WORDS"]  # of a search: catalog.finding sets them


def _edits(model: Any) -> Prepared[Any]:
    return Prepared(lambda: model.history.only("history_id").order_by("-history_id"))


EDITS = {model: _edits(model) for model in (Movie, Licence)}


def last_edit(model: type[Movie] | type[Licence]) -> int:
    """Return the number of the newest edit of any film, or of any licence: what is shown of them holds until it changes."""
    newest: Any = EDITS[model].first()
    return newest.history_id if newest else 0


def edited() -> list[tuple[int, str, datetime | None]]:
    """Return number, title and time of the last edit of every film, by number: two statements, however many films."""
    last = dict(Movie.history.order_by().values_list("id").annotate(at=Max("history_date")))
    found = Movie.objects.order_by("pk").values_list("pk", "title")
    return [(pk, title, last.get(pk)) for pk, title in found]


def playable(films: QuerySet[Movie], territory: str, day: date) -> QuerySet[Movie]:
    """Keep films that may be shown in a territory on a day."""
    rights = Licence.objects.filter(movie=OuterRef("pk")).covering(territory).on(day)
    return films.filter(Exists(rights))


def playing(films: Collection[int], territory: str, day: date) -> set[int]:
    """Return which of these films may be shown in a territory on a day."""
    rights = Licence.objects.filter(movie_id__in=films).covering(territory).on(day)
    return set(rights.values_list("movie_id", flat=True))


def count_playable(territory: str, day: date) -> int:
    """Return how many films may be shown in a territory on a day."""
    return Licence.objects.covering(territory).on(day).values("movie_id").distinct().count()


@dataclass(frozen=True)
class Rights:
    """What a visitor may do with a film here and now."""

    now: Licence | None
    coming: Licence | None
    ended: Licence | None
    elsewhere: bool
    until: date | None = field(default=None, compare=False)  # the last day, over licences that follow one another


def rights(movie: Movie, territory: str, day: date) -> Rights:
    """Return a film's rights in a territory: the one that holds longest now, the next, the last that ended."""
    held = list(Licence.objects.filter(movie=movie).order_by("starts_on", "pk"))
    here = [licence for licence in held if licence.territory in (territory, WORLD)]
    now = [licence for licence in here if licence.starts_on <= day <= licence.ends_on]
    stretch = programme.unbroken([(licence.starts_on, licence.ends_on) for licence in here], day)
    coming = [licence for licence in here if licence.starts_on > day]
    ended = [licence for licence in here if licence.ends_on < day]
    return Rights(
        max(now, key=lambda licence: licence.ends_on, default=None),
        coming[0] if coming else None,
        max(ended, key=lambda licence: licence.ends_on, default=None),
        any(licence.starts_on <= day <= licence.ends_on for licence in held),
        stretch and stretch[1],
    )


def leaving(territory: str, day: date, most: int, within: int = 30) -> list[tuple[Movie, date]]:
    """Return films that play here for so many days more at most, with their last day; soonest first, then by rank."""
    return [(one.film, one.last) for one in programme.leaving(territory, day, within)[:most]]


def histogram(movie: Movie) -> list[int]:
    """Return how many members gave 1, 2, … 10."""
    rows = Rating.objects.filter(movie=movie, rater__kind="MEMBER").values_list("value").annotate(n=Count("id"))
    found = dict(rows)
    return [found.get(value, 0) for value in range(1, 11)]


def search_words(query: str) -> list[str]:
    """Return the words a search means: normalised, without an article in front, at most ten, of the first hundred letters."""
    asked = read(query)
    return list(asked.readings[0].words) if asked else []


def search(query: str) -> QuerySet[Movie]:
    """Return films whose names hold every word, or one that begins so; where none does, those that are near."""
    return Movie.objects.search(query)


def decades() -> list[int]:
    """Return the decades that films are from, first to last."""
    tens = Movie.objects.annotate(tens=F("year") / 10).values_list("tens", flat=True).distinct().order_by("tens")
    return [found * 10 for found in tens]


@dataclass(frozen=True)
class Facets:
    """How many films of the current choice fall under each genre and decade."""

    genres: list[tuple[str, int]]
    decades: list[tuple[int, int]]


def facets(films: QuerySet[Movie]) -> Facets:
    """Return counts per genre and decade over these films, in two statements."""
    plain = films.order_by().select_related(None)
    genres = plain.aggregate(**{genre: Count("pk", filter=Q(genres__contains=f"|{genre}|")) for genre in GENRES})
    decades = plain.annotate(tens=F("year") / 10).values_list("tens").annotate(n=Count("pk")).order_by("tens")
    return Facets([(genre, genres[genre]) for genre in GENRES], [(tens * 10, n) for tens, n in decades])
