"""What every model of lists has in common: whole-number weights between films, and a predictor of ratings. NumPy alone.

The score of film j for a visitor is the sum of what each film i they rated at least `threshold` lifts it by, in units of
2**-24, so that reasons add up exactly, and taking one rating away is one subtraction. Films they rated at all, or hid, are
not listed. How the weights are kept is the kinds' own: all of them, or each film's nearest alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Self, cast

import numpy as np
import numpy.typing as npt

from catalog.recsys import ranking
from catalog.recsys.prediction import COVERAGE, LEAST, MOST, Predictor
from catalog.recsys.spread import Spread
from mlops.ports import Arrays

SCALE = 2**24  # units of a weight: B is kept as round(B · SCALE)
Ratings = Mapping[int, int]  # film id to points, 1 to 10


class Lift(NamedTuple):  # a tuple, since a long list makes thousands of them
    """What one liked film adds to a score, in units of 2**-24; below zero when it speaks against."""

    film: int
    weight: int


@dataclass(frozen=True, slots=True)
class Recommended:
    """One film of a visitor's list. lifts: largest first, their sum is the score exactly.

    best_rank, worst_rank: the interval that four in five refits on other people would keep; None while unmeasured.
    """

    film: int
    score: int
    rank: int
    best_rank: int | None
    worst_rank: int | None
    lifts: tuple[Lift, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """A film that liking another one lifts, and by how much, in units of 2**-24."""

    film: int
    weight: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """A rating to be expected, in points, and the interval made to hold `coverage` of such ratings."""

    value: float
    low: float
    high: float
    coverage: float


class LinearModel(ABC):
    """films: sorted ids, (n,); threshold: points from which one likes; predictor, spread: as they say themselves."""

    films: npt.NDArray[np.int64]
    threshold: int
    predictor: Predictor
    spread: Spread | None

    @abstractmethod
    def arrays(self) -> Arrays:
        """Return the whole learned state."""

    @abstractmethod
    def block(self, start: int, stop: int) -> npt.NDArray[np.int32]:
        """Return the weights of what lifts the films at places start to stop, int32 of shape (n, stop − start)."""

    @abstractmethod
    def _row(self, place: int) -> npt.NDArray[np.int64]:
        """Return what liking one film adds to each, int64 of shape (n,)."""

    @abstractmethod
    def _scores(self, liked: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        """Return what liking these films adds to each, int64 of shape (n,)."""

    @abstractmethod
    def _between(self, liked: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        """Return what liking each film adds to those at these places, int64 of shape (liked, places)."""

    def with_spread(self, spread: Spread) -> Self:
        """Return the same model with the intervals of its ranks."""
        return replace(cast(Any, self), spread=spread)  # type: ignore[no-any-return]

    def scores(self, ratings: Ratings) -> npt.NDArray[np.int64]:
        """Return the score of every film, in units of 2**-24, int64 of shape (n,). Rated films are scored like the others."""
        return self._scores(self.liked(ratings))

    def liked(self, ratings: Ratings) -> npt.NDArray[np.intp]:
        """Return the places, rising, of the known films rated at least the threshold."""
        return np.sort(self._at(film for film, value in ratings.items() if value >= self.threshold))

    def allowed(self, ratings: Ratings, hidden: Collection[int] = ()) -> npt.NDArray[np.bool_]:
        """Return which films may be listed, bool of shape (n,): neither rated, at whatever value, nor hidden."""
        allowed = np.ones(len(self.films), dtype=np.bool_)
        allowed[self._at(ratings)] = False
        allowed[self._at(hidden)] = False
        return allowed

    def top_n(self, ratings: Ratings, n: int = 10, hidden: Collection[int] = ()) -> list[Recommended]:
        """Return the first n films that are lifted at all, score ↓, film id ↑; none when the visitor likes no known film."""
        liked = self.liked(ratings)
        scores, allowed = self._scores(liked), self.allowed(ratings, hidden)
        places = ranking.best(scores, allowed & (scores > 0), n)  # what nothing speaks for is no recommendation
        return self._described(liked, scores, allowed, places, range(1, len(places) + 1))

    def rank_of(self, film: int, ratings: Ratings, hidden: Collection[int] = ()) -> Recommended | None:
        """Return one film as the whole list has it; None when it is unknown, rated or hidden, or nothing is liked."""
        place, liked = self._places.get(film), self.liked(ratings)
        if place is None or not len(liked) or film in ratings or film in hidden:
            return None
        scores, allowed = self._scores(liked), self.allowed(ratings, hidden)
        return self._described(liked, scores, allowed, np.array([place]), [ranking.rank(place, scores, allowed)])[0]

    def similar(self, film: int, n: int = 10) -> list[Similar]:
        """Return what liking this film alone would recommend, weight ↓, film id ↑; none for an unknown film."""
        place = self._places.get(film)
        if place is None:
            return []
        weights = self._row(place)
        return [Similar(int(self.films[at]), int(weights[at])) for at in ranking.best(weights, weights > 0, n)]

    def predict(self, film: int, ratings: Ratings) -> Predicted | None:
        """Return the rating to be expected of this visitor; None for an unknown film, or when no rating of theirs is known.

        Their own rating of the film, when there is one, is left out: it must not vouch for itself.
        """
        place = self._places.get(film)
        places, values = self._known({other: value for other, value in ratings.items() if other != film})
        if place is None or not len(places):
            return None
        value, half = float(self.predictor.values(places, values, np.array([place]))[0]), self.predictor.half_width
        return Predicted(value, max(LEAST, value - half), min(MOST, value + half), COVERAGE)

    def predictions(self, ratings: Ratings) -> npt.NDArray[np.float64]:
        """Return the rating to be expected of every film, in points, float64 of shape (n,); many at once, for measuring."""
        return self.predictor.values(*self._known(ratings))

    @cached_property
    def _places(self) -> dict[int, int]:
        return {film: place for place, film in enumerate(self.films.tolist())}

    def _at(self, films: Iterable[int]) -> npt.NDArray[np.intp]:
        places = self._places
        return np.array([places[film] for film in films if film in places], dtype=np.intp)

    def _known(self, ratings: Ratings) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        known = {film: value for film, value in sorted(ratings.items()) if film in self._places}
        return self._at(known), np.array(list(known.values()), dtype=np.float64)

    def _described(
        self,
        liked: npt.NDArray[np.intp],
        scores: npt.NDArray[np.int64],
        allowed: npt.NDArray[np.bool_],
        places: npt.NDArray[np.intp],
        ranks: Iterable[int],
    ) -> list[Recommended]:
        bounds, lifts = self._bounds(liked, scores, allowed, places), self._lifts(liked, places)
        return [
            Recommended(int(self.films[place]), int(scores[place]), rank, *bound, reasons)
            for place, rank, bound, reasons in zip(places, ranks, bounds, lifts, strict=True)
        ]

    def _bounds(
        self,
        liked: npt.NDArray[np.intp],
        scores: npt.NDArray[np.int64],
        allowed: npt.NDArray[np.bool_],
        places: npt.NDArray[np.intp],
    ) -> list[tuple[int, int]] | list[tuple[None, None]]:
        if self.spread is None:
            return [(None, None)] * len(places)
        half = self.spread.half_widths(liked, places)
        low, high = ranking.rank_bounds(scores[places].astype(np.float64), half, np.sort(scores[allowed]))
        return list(zip(low.tolist(), high.tolist(), strict=True))

    def _lifts(self, liked: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> Iterator[tuple[Lift, ...]]:
        films = self.films[liked]
        for weights in self._between(liked, places).T:
            kept = np.flatnonzero(weights)
            order = kept[np.argsort(-weights[kept], kind="stable")]
            yield tuple(map(Lift, films[order].tolist(), weights[order].tolist()))
