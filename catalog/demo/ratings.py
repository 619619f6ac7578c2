"""MovieLens ratings brought to catalogue films by title and year."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from catalog.demo.films import DemoFilm, Frame
from catalog.demo.report import LATER, REASONS, TWO_FILMS, TWO_MOVIES, UNKNOWN, UNTITLED, MatchReport, Unmatched
from catalog.titles import main_name, match_key, other_names, restore_article

Ints = npt.NDArray[np.int64]
EXAMPLES: Final = 4


@dataclass(frozen=True, eq=False)
class Ratings:
    """Four arrays of shape (n,), int64, in order of rater, time, film.

    raters: the source's user numbers; film_ids; values: whole points 1–10; rated_at: seconds since 1970, UTC.
    """

    raters: Ints
    film_ids: Ints
    values: Ints
    rated_at: Ints

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, eq=False)
class Matched:
    """The ratings that found their film, and what became of the others."""

    ratings: Ratings
    report: MatchReport


@dataclass(frozen=True)
class _Movie:
    id: int
    title: str
    year: int
    ratings: int

    @property
    def name(self) -> str:
        return f"{restore_article(self.title)} ({self.year})" if self.title else f"movie {self.id}"


def matched(frame: Frame, films: Sequence[DemoFilm], *, until: int) -> Matched:
    """Return the ratings of dslabs `movielens` whose movie is one of `films`, by title and year.

    frame: one row per rating, 0.5–5 in halves, doubled here. until: last year of the catalogue, for the report only.
    A movie's own title is tried first, then its names in parentheses. One movie meets one film at most and the reverse;
    whatever is ambiguous is left out and reported. Raises ValueError if a doubled rating is not 1–10.
    """
    movies = _movies(frame)
    found, reasons, other = _pairs(movies, films, until)
    ids = np.asarray(frame["movieId"].tolist(), dtype=np.int64)
    keys = np.array(sorted(found), dtype=np.int64)
    kept = np.isin(ids, keys)
    targets = np.array([found[key] for key in sorted(found)], dtype=np.int64)
    ratings = in_order(
        raters=np.asarray(frame["userId"].tolist(), dtype=np.int64)[kept],
        film_ids=targets[np.searchsorted(keys, ids[kept])],
        values=_doubled(frame["rating"].tolist())[kept],
        rated_at=np.asarray(frame["timestamp"].tolist(), dtype=np.int64)[kept],
    )
    report = MatchReport(
        films=len(found),
        by_other_name=len(other & found.keys()),
        ratings=len(ratings),
        raters=len(np.unique(ratings.raters)),
        source_movies=len(movies),
        source_ratings=len(ids),
        unmatched=tuple(_unmatched(reason, movies, reasons) for reason in REASONS),
    )
    return Matched(ratings, report)


def in_order(*, raters: Ints, film_ids: Ints, values: Ints, rated_at: Ints) -> Ratings:
    """Return the four arrays, each of shape (n,), as Ratings in order of rater, time, film."""
    order = np.lexsort((film_ids, rated_at, raters))
    return Ratings(raters[order], film_ids[order], values[order], rated_at[order])


def _movies(frame: Frame) -> list[_Movie]:
    ids = frame["movieId"].tolist()
    counts = Counter(ids)
    facts: dict[int, tuple[Any, float]] = dict(
        zip(ids, zip(frame["title"].tolist(), frame["year"].tolist(), strict=True), strict=True)
    )
    return [_movie(number, title, year, counts[number]) for number, (title, year) in sorted(facts.items())]


def _movie(number: int, title: Any, year: float, ratings: int) -> _Movie:
    known = isinstance(title, str) and title.strip() != "" and year == year  # a missing year is NaN
    return _Movie(number, title if known else "", int(year) if known else 0, ratings)


def _pairs(
    movies: Sequence[_Movie], films: Sequence[DemoFilm], until: int
) -> tuple[dict[int, int], dict[int, str], set[int]]:
    """Return film by movie, reason by movie left out, and the movies that were met under another name."""
    catalogue: dict[str, set[int]] = {}
    for film in films:
        catalogue.setdefault(match_key(film.title, film.year), set()).add(film.id)
    found: dict[int, int] = {}
    reasons: dict[int, str] = {}
    other: set[int] = set()
    for movie in movies:
        own = _films_named((movie.title, main_name(movie.title)), movie.year, catalogue)
        candidates = own or _films_named(other_names(movie.title), movie.year, catalogue)
        if not own:
            other.add(movie.id)
        if len(candidates) == 1:
            found[movie.id] = min(candidates)
        else:
            reasons[movie.id] = _reason(movie, candidates, until)
    claims = Counter(found.values())
    for number in [number for number, film in found.items() if claims[film] > 1]:
        del found[number]
        reasons[number] = TWO_MOVIES
    return found, reasons, other


def _films_named(names: Iterable[str], year: int, catalogue: dict[str, set[int]]) -> set[int]:
    return {film for name in names for film in catalogue.get(match_key(name, year), ())}


def _reason(movie: _Movie, candidates: set[int], until: int) -> str:
    if not movie.title:
        return UNTITLED
    if candidates:
        return TWO_FILMS
    return LATER if movie.year > until else UNKNOWN


def _unmatched(reason: str, movies: Sequence[_Movie], reasons: dict[int, str]) -> Unmatched:
    those = [movie for movie in movies if reasons.get(movie.id) == reason]
    most = sorted(those, key=lambda movie: (-movie.ratings, movie.id))[:EXAMPLES]
    return Unmatched(reason, len(those), sum(movie.ratings for movie in those), tuple(movie.name for movie in most))


def _doubled(halves: Sequence[float]) -> Ints:
    doubled = np.asarray(halves, dtype=np.float64) * 2
    values = doubled.astype(np.int64)
    if not np.array_equal(values, doubled) or np.any((values < 1) | (values > 10)):
        raise ValueError("A rating is not a half-star from 0.5 to 5.")
    return values
