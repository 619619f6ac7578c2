"""Reads about films: one film's facts, search, browse, what plays and what leaves."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Value, When

from catalog import titles
from catalog.models import GENRES, Licence, Movie, Rating
from catalog.selectors import programme
from catalog.territories import WORLD

MOST_WORDS, MOST_LETTERS = 10, 100


def last_edit(model: type[Movie] | type[Licence]) -> int:
    """Return the number of the newest edit of any film, or of any licence: what is shown of them holds until it changes."""
    newest = model.history.aggregate(newest=Max("history_id"))["newest"]
    return int(newest or 0)


def playable(films: QuerySet[Movie], territory: str, day: date) -> QuerySet[Movie]:
    """Keep films that may be shown in a territory on a day."""
    rights = Licence.objects.filter(movie=OuterRef("pk")).covering(territory).on(day)
    return films.filter(Exists(rights))


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
    return _bare(query).split()[:MOST_WORDS]


def _bare(query: str) -> str:
    return titles.sort_title(_clean(query).title())  # «godfather, the» too: a trailing article is known by its capital


def _clean(query: str) -> str:
    """Return the first hundred letters without NULs, which no database takes."""
    return query.replace("\x00", "")[:MOST_LETTERS]


def search(query: str) -> QuerySet[Movie]:
    """Return films whose title holds every word: exact titles first, then titles that begin so, then by rank."""
    words = search_words(query)
    if not words:
        return Movie.objects.none()
    whole, bare = titles.search_key(_clean(query)), _bare(query)
    order = Case(
        When(Q(search_title=whole) | Q(sort_title=bare), then=Value(0)),
        When(Q(search_title__startswith=whole) | Q(sort_title__startswith=bare), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = Movie.objects.matching(words).annotate(closeness=order).select_related("standing")
    return found.order_by("closeness", F("standing__rank").asc(nulls_last=True), "pk")


SORTS: dict[str, tuple[Any, ...]] = {
    "rank": (F("standing__rank").asc(nulls_last=True), "pk"),
    "title": ("sort_title", "pk"),
    "year": ("year", "sort_title", "pk"),
    "-year": ("-year", "sort_title", "pk"),
    "runtime": (F("runtime").asc(nulls_last=True), "pk"),
}


def decades() -> list[int]:
    """Return the decades that films are from, first to last."""
    tens = Movie.objects.annotate(tens=F("year") / 10).values_list("tens", flat=True).distinct().order_by("tens")
    return [found * 10 for found in tens]


@dataclass(frozen=True)
class Facets:
    """How many films of the current choice fall under each genre and decade."""

    genres: list[tuple[str, int]]
    decades: list[tuple[int, int]]


def browse(
    *,
    decade: int | None = None,
    genre: str | None = None,
    longest: int | None = None,
    playable_in: str | None = None,
    day: date | None = None,
    sort: str = "rank",
) -> QuerySet[Movie]:
    """Return films of a choice in an order. longest: runtime in minutes at most; playable_in: a territory, with day."""
    chosen = Movie.objects.select_related("standing")
    if decade is not None:
        chosen = chosen.of_decade(decade)
    if genre is not None:
        chosen = chosen.of_genre(genre)
    films: QuerySet[Movie] = chosen
    if longest is not None:
        films = films.filter(runtime__lte=longest)
    if playable_in and day:
        films = playable(films, playable_in, day)
    return films.order_by(*SORTS[sort])


def facets(films: QuerySet[Movie]) -> Facets:
    """Return counts per genre and decade over these films, in two statements."""
    plain = films.order_by().select_related(None)
    genres = plain.aggregate(**{genre: Count("pk", filter=Q(genres__contains=f"|{genre}|")) for genre in GENRES})
    decades = plain.annotate(tens=F("year") / 10).values_list("tens").annotate(n=Count("pk")).order_by("tens")
    return Facets([(genre, genres[genre]) for genre in GENRES], [(tens * 10, n) for tens, n in decades])
