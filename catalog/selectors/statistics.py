"""One member's own numbers, of all time or of one year.

A film belongs to the year in which it was seen, by the diary, or first rated. A rating given anew changes its value and not its
year: what counts is when the film was first rated, which the history of ratings knows.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Min

from catalog.models import GENRES, Movie, Rater, Rating, User, Viewing

MOST_NAMED = 5


@dataclass(frozen=True)
class Seen:
    """One film and what is told of it: a rating, a number of times, a difference."""

    film: Movie
    number: int


@dataclass(frozen=True)
class Statistics:
    """What one member saw and rated in a period. Shares and means are exact; whoever shows them rounds."""

    viewings: int
    films: int
    again: int
    minutes: int
    rated: int
    mean: Fraction | None
    house_mean: Fraction | None
    by_time: list[tuple[int, int]]
    decades: list[tuple[int, int]]
    genres: list[tuple[str, int]]
    ratings: list[int]
    house: list[int]
    best: list[Seen]
    most_seen: list[Seen]
    first: Viewing | None
    last: Viewing | None

    @property
    def empty(self) -> bool:
        return not self.viewings and not self.rated


def statistics(user: User, year: int | None = None) -> Statistics:
    """Return a member's numbers of a year, or of all time: then viewings of an unknown day count too."""
    lines = Viewing.objects.filter(user=user)
    told = list((lines if year is None else lines.of_year(year)).told_again().select_related("movie"))
    given = _given(user, year)
    films = {line.movie_id: line.movie for line in told if line.movie} | {
        rating.movie_id: rating.movie for rating in given
    }
    values = Counter(rating.value for rating in given)
    house = _house()
    dated = sorted((line for line in told if line.seen_on), key=lambda line: (line.seen_on, line.pk))
    return Statistics(
        viewings=len(told),
        films=len(films) + len({line.title for line in told if not line.movie_id}),
        again=sum(line.again for line in told),  # type: ignore[attr-defined]
        minutes=sum(line.movie.runtime or 0 for line in told if line.movie),
        rated=len(given),
        mean=_mean([values[v] for v in range(1, 11)]),
        house_mean=_mean(house),
        by_time=_by_time(dated, year),
        decades=sorted(Counter(film.decade for film in films.values() if film).items()),
        genres=_genres(film for film in films.values() if film),
        ratings=[values[v] for v in range(1, 11)],
        house=house,
        best=[Seen(rating.movie, rating.value) for rating in sorted(given, key=_liked)[:MOST_NAMED]],
        most_seen=_most_seen(told),
        first=dated[0] if dated else None,
        last=dated[-1] if dated else None,
    )


def years(user: User) -> list[int]:
    """Return the years of which there is something to tell, the last first."""
    seen = Viewing.objects.filter(user=user, seen_on__isnull=False).dates("seen_on", "year")
    return sorted({day.year for day in seen} | {at.year for at in _first_rated(user).values()}, reverse=True)


def _given(user: User, year: int | None) -> list[Rating]:
    """Return the ratings as they stand, of films first rated in a year."""
    ratings = Rating.objects.filter(rater__user=user).select_related("movie")
    if year is None:
        return list(ratings)
    first = _first_rated(user)
    return [rating for rating in ratings if first.get(rating.movie_id, rating.rated_at).year == year]


def _first_rated(user: User) -> dict[int, datetime]:
    """Return when each film that a member rates was first rated: by its history, or by the rating where that is older."""
    rater = Rater.objects.filter(user=user).first()
    if rater is None:
        return {}
    history = Rating.history.filter(rater_id=rater.pk).order_by().values_list("movie_id").annotate(at=Min("rated_at"))
    kept, now = dict(history), dict(Rating.objects.filter(rater=rater).values_list("movie_id", "rated_at"))
    return {film: min(at, kept.get(film, at)) for film, at in now.items()}


def _house() -> list[int]:
    """Return how many members' ratings there are of 1, 2, … 10."""
    counted = (
        Rating.objects.filter(rater__kind=Rater.Kind.MEMBER).order_by().values_list("value").annotate(n=Count("pk"))
    )
    found = dict(counted)
    return [found.get(value, 0) for value in range(1, 11)]


def _mean(counts: list[int]) -> Fraction | None:
    total = sum(counts)
    return Fraction(sum(value * n for value, n in enumerate(counts, start=1)), total) if total else None


def _by_time(dated: list[Viewing], year: int | None) -> list[tuple[int, int]]:
    """Return viewings by month of a year, or by year from the first to the last."""
    if year is not None:
        months = Counter(line.seen_on.month for line in dated if line.seen_on)
        return [(month, months[month]) for month in range(1, 13)] if dated else []
    counted = Counter(line.seen_on.year for line in dated if line.seen_on)
    return sorted(counted.items())


def _genres(films: Iterable[Movie]) -> list[tuple[str, int]]:
    """Return how many films each genre has, the most first; a film of two counts in both."""
    counted = Counter(genre for film in films for genre in film.genre_names)
    return sorted(counted.items(), key=lambda pair: (-pair[1], GENRES.index(pair[0])))


def _liked(rating: Rating) -> tuple[int, datetime, int]:
    return -rating.value, rating.rated_at, rating.pk


def _most_seen(told: list[Viewing]) -> list[Seen]:
    """Return the films seen more than once in the period, the most often seen first."""
    times = Counter(line.movie for line in told if line.movie)
    often = [(film, n) for film, n in times.items() if n > 1]
    return [Seen(film, n) for film, n in sorted(often, key=lambda pair: (-pair[1], pair[0].pk))[:MOST_NAMED]]
