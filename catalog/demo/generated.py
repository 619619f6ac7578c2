"""A seeded demo set of the same shape as the real one and free of its terms. Nothing in it exists."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from catalog.demo import words
from catalog.demo.draws import UNIT, Draws, Ints, between, log2
from catalog.demo.films import GENRES, DemoFilm
from catalog.demo.ratings import Ratings, in_order
from catalog.titles import sort_title

MOST: Final = 200_000  # titles and years would run out somewhere above
FILMS, TITLES, TASTES, CHOICES, TIMES = range(5)  # streams of draws
# Shares of 10,000 films and the value reached there, after the real set.
YEARS: Final = (
    (0, 1900), (60, 1914), (150, 1923), (430, 1940), (930, 1948), (1540, 1957),
    (2250, 1965), (3260, 1974), (4390, 1982), (6450, 1991), (10_000, 2001),
)  # fmt: skip
VOTES: Final = (
    (0, 160), (1000, 192), (2500, 265), (5000, 544), (7500, 1850), (9000, 6450), (9780, 23_000), (9810, 25_000),
    (9950, 60_000), (9995, 120_000), (10_000, 150_000),
)  # fmt: skip
GENRE_DRAWS: Final = [*["Drama"] * 16, *["Comedy"] * 12, *["Romance"] * 5, *["Action"] * 5, "Animation", "Documentary"]
TRAITS: Final = 6  # rank of the taste that a recommender can learn
CIRCLE, LOVES = 12, 12  # films in a circle; one rater in so many loves it:
LOVE_SEEN, LOVE_RATED = 5 * UNIT, 9  # sees its films 2**5 times as often, rates them higher by tenths
FIRST_SECOND, LAST_SECOND = 820_454_400, 1_476_576_000  # 1996-01-01 and 2016-10-16
SITTING: Final = 3 * 86_400  # a sitting's ratings lie within so many seconds


def generated_films(seed: int, count: int) -> list[DemoFilm]:
    """Return `count` invented films in order of id, 1…count, no two with the same title and year, 1900–2000.

    Votes run from 160 to 150,000, about one film in 53 above 25,000; one in 20 has exactly the votes and mean of
    another. The same seed gives the same films everywhere. Raises ValueError unless seed >= 0 and 0 <= count <= MOST.
    """
    if not 0 <= count <= MOST:
        raise ValueError(f"From 0 to {MOST:,} films can be generated, not {count:,}.")
    draws, titles = Draws(seed, FILMS), Draws(seed, TITLES)
    standings = _standings(draws, count)
    taken: set[tuple[str, int]] = set()
    films = []
    for number, place in enumerate(draws.order(count).tolist(), start=1):
        votes, mean_tenths = standings[place]
        year = between(YEARS, draws.below(10_000), 10_000)
        films.append(_film(number, _title(titles, year, taken), year, votes, mean_tenths, draws))
    return films


def generated_ratings(seed: int, films: Sequence[DemoFilm], raters: int, ratings: int) -> Ratings:
    """Return exactly `ratings` ratings by raters 1…raters, each film once a rater at most, in the years 1996–2016.

    Few raters rate much. Films are chosen by votes and taste, rated by their mean, the rater's mood, taste and noise.
    Taste has rank TRAITS, tied to genres; beside it stand circles of films that the same people love. The same
    arguments give the same ratings everywhere.
    Raises ValueError unless 0 <= ratings <= raters × films.
    """
    if not 0 <= ratings <= raters * len(films):
        raise ValueError(f"{raters:,} raters cannot give {ratings:,} ratings to {len(films):,} films.")
    tastes, choices, times = Draws(seed, TASTES), Draws(seed, CHOICES), Draws(seed, TIMES)
    likes, loves = _likes(tastes, films, raters), _loves(tastes, films, raters)
    means = np.array([film.mean_tenths for film in films], dtype=np.int64)
    weights = log2(np.array([film.votes for film in films], dtype=np.int64)) * 5 // 4
    ids = np.array([film.id for film in films], dtype=np.int64)
    moods = tastes.bell(6, raters)
    parts = []
    for rater, amount in enumerate(_amounts(raters, ratings, len(films)).tolist()):
        drawn = weights + likes[rater] * UNIT // 24 + loves[rater] * LOVE_SEEN + choices.gumbel(len(films))
        seen = np.argsort(-drawn, kind="stable")[:amount]
        liked = likes[rater, seen] + loves[rater, seen] * LOVE_RATED
        tenths = means[seen] + moods[rater] + liked + choices.bell(7, amount)
        values = np.clip((tenths + 5) // 10, 1, 10)
        parts.append((np.full(amount, rater + 1, dtype=np.int64), ids[seen], values, _times(times, amount)))
    if not parts:
        parts = [(np.empty(0, dtype=np.int64),) * 4]
    who, what, values, when = (np.concatenate(column) for column in zip(*parts, strict=True))
    return in_order(raters=who, film_ids=what, values=values, rated_at=when)


def _standings(draws: Draws, count: int) -> list[tuple[int, int]]:
    """Return votes and mean in tenths for each place, least votes first; films with more votes are a little better."""
    standings: list[tuple[int, int]] = []
    for place in range(count):
        votes = between(VOTES, place, count - 1)
        mean_tenths = min(95, max(10, 58 + 8 * place // count + draws.around(10, rounds=5)))
        tied = place % 20 == 10
        standings.append(standings[-1] if tied else (votes, mean_tenths))
    return standings


def _title(draws: Draws, year: int, taken: set[tuple[str, int]]) -> str:
    while (key := (words.title(draws), year)) in taken:
        pass
    taken.add(key)
    return key[0]


def _film(number: int, title: str, year: int, votes: int, mean_tenths: int, draws: Draws) -> DemoFilm:
    runtime = max(40, (70 if year < 1928 else 102) + draws.around(18))
    genres = {draws.pick(GENRE_DRAWS) for _ in range(1 + draws.below(2))} if draws.below(100) >= 16 else set()
    return DemoFilm(
        id=number,
        title=title,
        sort_title=sort_title(title),
        year=year,
        runtime=None if draws.below(50) == 0 else runtime,
        certificate=_certificate(year, draws.below(24)),
        genres=tuple(name for name in GENRES if name in genres),
        votes=votes,
        mean_tenths=mean_tenths,
        bands=_bands(mean_tenths, votes),
    )


def _certificate(year: int, draw: int) -> str:
    """Return an American rating (from 1968; PG-13 from 1984, NC-17 from 1990) for a third of the films."""
    if year < 1968 or draw > 7:
        return ""
    kinds = ("R", "R", "R", "R", "PG", "PG-13" if year >= 1984 else "PG", "R", "NC-17" if year >= 1990 else "R")
    return kinds[draw]


def _bands(mean_tenths: int, votes: int) -> tuple[int, ...]:
    """Return ten shares about the mean in the source's bands: 0, 4.5 for 1–9 %, 14.5 … and 45.5 for 50–59 %, 100."""
    floor = 40 if votes > 400 else 0
    near = [max(0, 28 - abs(10 * point - mean_tenths)) ** 2 + floor for point in range(1, 11)]
    shares = [1000 * weight // sum(near) for weight in near]
    bands = (0 if share == 0 else 1000 if share == 1000 else 45 + share // 100 * 100 for share in shares)
    return tuple(455 if band == 545 else band for band in bands)


def _likes(draws: Draws, films: Sequence[DemoFilm], raters: int) -> Ints:
    """Return how much each rater likes each film, tenths of points, shape (raters, films), of rank TRAITS."""
    of_genres = draws.bell(3, len(GENRES), TRAITS)
    flags = np.array([[name in film.genres for name in GENRES] for film in films], dtype=np.int64).reshape(
        -1, len(GENRES)
    )
    traits = flags @ of_genres + draws.bell(2, len(films), TRAITS)
    return np.asarray(draws.bell(3, raters, TRAITS) @ traits.T // 4, dtype=np.int64)


def _loves(draws: Draws, films: Sequence[DemoFilm], raters: int) -> Ints:
    """Return 1 where a rater loves the film's circle, else 0, shape (raters, films); a circle's votes are alike."""
    order = sorted(range(len(films)), key=lambda place: (-films[place].votes, films[place].id))
    circles = np.empty(len(films), dtype=np.int64)
    circles[order] = np.arange(len(films)) // CIRCLE
    loved: Ints = (draws.array(LOVES, raters, len(films) // CIRCLE + 1) == 0).astype(np.int64)
    return loved[:, circles]


def _amounts(raters: int, ratings: int, films: int) -> Ints:
    """Return how many films each rater rates, shape (raters,): 20 or the equal share, the rest as 1/(rank + 5)."""
    least = min(20, ratings // max(raters, 1))
    amounts = np.full(raters, least, dtype=np.int64)
    left = ratings - least * raters
    while left:
        weights = np.where(amounts < films, 1_000_000 // (np.arange(raters) + 5), 0)
        more = np.minimum(left * weights // weights.sum(), films - amounts)
        if not more.any():
            more[np.flatnonzero(amounts < films)[:left]] = 1
        amounts += more
        left -= int(more.sum())
    return amounts


def _times(draws: Draws, amount: int) -> Ints:
    """Return when one rater gave so many ratings: mostly in one sitting, at times in up to four, years apart."""
    sittings = max(1, draws.below(8) - 3)
    starts = draws.array(LAST_SECOND - SITTING - FIRST_SECOND, sittings)
    within = np.minimum(np.cumsum(draws.array(60, amount) + 5), SITTING)
    return np.asarray(FIRST_SECOND + starts[np.arange(amount) % sittings] + within, dtype=np.int64)
