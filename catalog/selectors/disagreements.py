"""Where the two judges disagree: the chart's order and the learned order over the films that both rank."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from catalog.models import ChartEdition, Movie, Standing
from catalog.recsys.linear import Lift
from catalog.selectors.judges import Judge
from catalog.selectors.tastes import Taste

HEAD = 100  # only what one judge puts among its first so many is told: further down, places mean little
DEPTHS = (10, 20, 50, 100, 200, 500, 1000)
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Orders:
    """The films that both rank, in the chart's order, and the learned place of each among these, from 1.

    personal: the learned order is the visitor's own, their rated and hidden films left out; else it is by the rating
    to be expected of somebody of whom nothing is known.
    """

    label: str
    personal: bool
    films: Ids
    learned: Ids

    @property
    def chart(self) -> Ids:
        return np.arange(1, len(self.films) + 1)

    def overlaps(self) -> list[tuple[int, int]]:
        """Return, for each depth there are so many films for, how many films both have among their first so many."""
        return [(k, int(np.count_nonzero(self.learned[:k] <= k))) for k in DEPTHS if k <= len(self.films)]


@dataclass(frozen=True)
class Split:
    """One film and its places among the films that both rank, from 1, with what pulls it on either side.

    lifts: what each liked film adds to its score, strongest first, none but for a visitor's own list; expected: the
    rating to be expected of somebody unknown.
    """

    film: Movie
    chart: int
    learned: int
    expected: float
    lifts: tuple[Lift, ...] = ()


@dataclass(frozen=True)
class Disagreements:
    """Films that one judge puts far ahead of the other, the greatest ratio of places first. named: films by id."""

    label: str
    personal: bool
    films: int
    learned_ahead: list[Split]
    chart_ahead: list[Split]
    named: dict[int, Movie]


def orders(judge: Judge, edition: ChartEdition, taste: Taste | None = None) -> Orders:
    """Return both orders: with a taste the learned one is its list's, without it that for somebody unknown."""
    charted = _charted(edition.chain_digest)
    away = np.array([*taste.ratings, *taste.hidden] if taste else [], dtype=np.int64)
    both = charted[np.isin(charted, judge.model.films) & ~np.isin(charted, away)]
    worth = judge.model.scores(taste.ratings) if taste else expected_of_nobody(judge)
    own = worth[np.searchsorted(judge.model.films, both)]
    places = np.empty(len(both), dtype=np.int64)
    places[np.lexsort((both, -own))] = np.arange(1, len(both) + 1)
    return Orders(judge.label, taste is not None, both, places)


def disagreements(judge: Judge, found: Orders, taste: Taste | None = None, most: int = 5) -> Disagreements:
    """Return the films on which two orders differ most. Deterministic: ties go by film number."""
    ratio = np.log(found.chart / found.learned)
    ahead = _furthest(found.films, ratio, found.learned <= HEAD, most)
    behind = _furthest(found.films, -ratio, found.chart <= HEAD, most)
    lifts = {at: _lifts(judge, int(found.films[at]), taste) for at in (*ahead, *behind)}
    wanted = {*found.films[[*ahead, *behind]].tolist(), *(lift.film for one in lifts.values() for lift in one)}
    films = Movie.objects.select_related("standing").in_bulk(wanted)
    expected = expected_of_nobody(judge)[np.searchsorted(judge.model.films, found.films)]

    def told(places: list[int]) -> list[Split]:
        return [
            Split(films[pk], int(found.chart[at]), int(found.learned[at]), float(expected[at]), lifts[at])
            for at in places
            if (pk := int(found.films[at])) in films
        ]

    return Disagreements(found.label, found.personal, len(found.films), told(ahead), told(behind), films)


def _lifts(judge: Judge, film: int, taste: Taste | None) -> tuple[Lift, ...]:
    entry = judge.model.rank_of(film, taste.ratings, taste.hidden) if taste else None
    return entry.lifts if entry else ()


def _furthest(both: Ids, ratio: npt.NDArray[np.float64], allowed: npt.NDArray[np.bool_], most: int) -> list[int]:
    order = np.lexsort((both, -ratio))
    return [int(at) for at in order if allowed[at] and ratio[at] > 0][:most]


def expected_of_nobody(judge: Judge) -> npt.NDArray[np.float64]:
    """Return the rating to be expected of somebody of whom nothing is known, of every film the version knows."""
    return np.round(judge.model.predictions({}), 6)  # the sixth decimal is beyond what float32 factors can tell


def newcomers_list(judge: Judge, most: int = 10) -> list[tuple[Movie, float]]:
    """Return the films whose expected rating by a newcomer is highest, with it; ties by film number."""
    worth = expected_of_nobody(judge)
    order = np.lexsort((judge.model.films, -worth))[: 3 * most]
    films = Movie.objects.select_related("standing").in_bulk(judge.model.films[order].tolist())
    listed = [(int(judge.model.films[at]), float(worth[at])) for at in order]
    return [(films[pk], value) for pk, value in listed if pk in films][:most]


@lru_cache(maxsize=2)
def _charted(chain: str) -> Ids:
    """Return the ids of an edition's ranked films, best first; its chain digest names it."""
    ranked = Standing.objects.filter(rank__isnull=False).order_by("rank").values_list("movie_id", flat=True)
    return np.array(list(ranked), dtype=np.int64)
