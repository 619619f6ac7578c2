"""Where the two judges disagree: the chart's order and the learned order over the films that both rank."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from catalog.models import ChartEdition, Movie, Standing
from catalog.selectors.judges import Judge

HEAD = 100  # only what one judge puts among its first so many is told: further down, places mean little
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """One film and its places among the films that both rank, from 1."""

    film: Movie
    chart: int
    learned: int


@dataclass(frozen=True)
class Disagreements:
    """Films that one judge puts far ahead of the other, the greatest ratio of places first.

    personal: the learned order is the visitor's own, their rated and hidden films left out; else it is by the rating
    to be expected of somebody of whom nothing is known. films: how many both rank.
    """

    label: str
    personal: bool
    films: int
    learned_ahead: list[Split]
    chart_ahead: list[Split]


def disagreements(
    judge: Judge,
    edition: ChartEdition,
    ratings: Mapping[int, int],
    hidden: Collection[int] = (),
    *,
    personal: bool,
    most: int = 5,
) -> Disagreements:
    """Return the films on which the chart and the learned version differ most. Deterministic: ties go by film number."""
    charted = _charted(edition.chain_digest)
    away = np.array([*ratings, *hidden] if personal else [], dtype=np.int64)
    both = charted[np.isin(charted, judge.model.films) & ~np.isin(charted, away)]
    chart = np.arange(1, len(both) + 1)
    learned = _learned_places(judge, both, ratings if personal else {}, personal)
    ratio = np.log(chart / learned)
    ahead = _furthest(both, ratio, learned <= HEAD, most)
    behind = _furthest(both, -ratio, chart <= HEAD, most)
    films = Movie.objects.in_bulk(both[[*ahead, *behind]].tolist())
    told = [
        [Split(films[pk], int(chart[at]), int(learned[at])) for at in places if (pk := int(both[at])) in films]
        for places in (ahead, behind)
    ]
    return Disagreements(judge.label, personal, len(both), *told)


def _learned_places(judge: Judge, both: Ids, ratings: Mapping[int, int], personal: bool) -> Ids:
    """Return the learned place of each film, from 1: by score, or by expected rating when there is nobody to ask for."""
    worth = judge.model.scores(ratings) if personal else expected_of_nobody(judge)
    own = worth[np.searchsorted(judge.model.films, both)]
    places = np.empty(len(both), dtype=np.int64)
    places[np.lexsort((both, -own))] = np.arange(1, len(both) + 1)
    return places


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
