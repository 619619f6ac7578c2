"""How much of a list is the people it was learned from: refits on people drawn with replacement.

The people of a training set are drawn anew, as many as there were; one who is drawn w times weighs w, which is √w in X. From the
refits come: the root mean square by which each weight differs from the model's, the lists of visitors nobody trained on, and
the ranks that the model's own recommendations have in them. Source: Efron 1979; one factor is calibrated as by Beran 1987.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from catalog.recsys import ease, fitting, likes, ranking
from catalog.recsys.linear import SCALE, LinearModel, Ratings
from catalog.recsys.prediction import COVERAGE
from catalog.recsys.residuals import half_width
from catalog.recsys.spread import MOST_INFLATION, Codes, Spread, encoded, plain
from mlops.ports import Arrays, NotEnoughData

REFITS, LEAST_REFITS = 10, 4
LISTED = 10  # of each visitor's list
MOST_VISITORS = 400  # more say hardly more, and each costs a row of scores a refit
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Whole = npt.NDArray[np.int64]
Model = TypeVar("Model", bound=LinearModel)


@dataclass(frozen=True, eq=False)
class Measures:
    """What refits say, per visitor who gets a list (all of shape (visitors,)).

    overlap: mean share of ten that the lists of two refits have in common, 0 to 1. coverage: share of the ranks in refits used
    for nothing else that lie in the model's intervals. width: how many ranks an interval holds on average.
    """

    overlap: Floats
    coverage: Floats
    width: Floats
    refits: int
    inflation: float


def with_spread(
    model: Model,
    partials: Sequence[Arrays],
    visitors: Sequence[Ratings],
    *,
    refits: int = REFITS,
    watched: bool = False,
    seed: int = 0,
) -> tuple[Model, Measures]:
    """Return the model with the intervals of its ranks, and what refits say of it; partials: those it was fitted on.

    visitors: known ratings of people who are in no partial; watched: as the model was fitted. Three fifths of the refits
    tell the spread, a fifth the factor, a fifth only measure. Raises ValueError below four refits, NotEnoughData when no visitor
    gets a list.
    """
    if refits < LEAST_REFITS:
        raise ValueError(f"refits is {refits}: it must be at least {LEAST_REFITS}, to spread, calibrate and measure")
    asked = [Asked.of(model, visitor) for visitor in visitors if model.top_n(visitor, 1)][:MOST_VISITORS]
    if not asked:
        raise NotEnoughData("no visitor gets a list, so nothing can be said of lists: ask people who like a known film")
    aside = max(1, refits // 5)
    with threadpool_limits(limits=1, user_api="blas"):
        ratings = likes.joined(partials, watched=watched)
        codes, lists, off = _refitted(model, ratings, asked, refits, refits - 2 * aside, seed)
    spreads = np.concatenate([plain(codes, one.liked, one.listed) for one in asked])
    needed = np.divide(off, spreads, out=np.where(off > 0, MOST_INFLATION, 0.0), where=spreads > 0)
    inflation = min(half_width(needed[-2 * aside : -aside].ravel(), COVERAGE), MOST_INFLATION)
    starts = np.cumsum([0, *(len(one.listed) for one in asked)])[:-1]
    inside = np.add.reduceat((needed[-aside:] <= inflation).mean(axis=0), starts)
    return model.with_spread(Spread(codes, inflation)), Measures(
        overlap=np.array([overlap(refit_lists) for refit_lists in zip(*lists, strict=True)]),
        coverage=inside / [len(one.listed) for one in asked],
        width=np.array([one.width(inflation * plain(codes, one.liked, one.listed)) for one in asked]),
        refits=refits,
        inflation=inflation,
    )


@dataclass(frozen=True, eq=False)
class Asked:
    """A visitor's list under the model. liked, listed: places; own: scores of the listed; best: all allowed scores, falling."""

    liked: Places
    allowed: npt.NDArray[np.bool_]
    listed: Places
    own: Whole
    best: Whole

    @classmethod
    def of(cls, model: LinearModel, visitor: Ratings) -> "Asked":
        """Return the list that a visitor is shown."""
        scores, allowed = model.scores(visitor), model.allowed(visitor)
        listed = ranking.best(scores, allowed & (scores > 0), LISTED)
        return cls(model.liked(visitor), allowed, listed, scores[listed], -np.sort(-scores[allowed]))

    def off(self, scores: Whole) -> Whole:
        """Return how far each listed film's score must be taken to be off for the interval to reach its rank under these scores.

        Exactly |own − the model's score at that rank|: by less, fewer films are within reach than the rank needs.
        """
        ranks = [ranking.rank(int(place), scores, self.allowed) for place in self.listed]
        found: Whole = np.abs(self.own - self.best[np.array(ranks) - 1])
        return found

    def width(self, half: Floats) -> float:
        """Return how many ranks the intervals hold on average, when scores may be off by ± half."""
        low, high = ranking.rank_bounds(self.own.astype(np.float64), half, self.best[::-1])
        return float(np.mean(high - low + 1))


def overlap(lists: Sequence[Places]) -> float:
    """Return the mean share, 0 to 1, that two of these lists have in common, over all pairs; at least two lists.

    A film that c of R lists hold is common to c(c − 1)/2 pairs. The share is of the longest list; of empty lists it is 1.
    """
    longest = max(map(len, lists))
    _, counts = np.unique(np.concatenate(lists), return_counts=True)
    pairs = len(lists) * (len(lists) - 1) / 2
    return float(np.sum(counts * (counts - 1) / 2) / (pairs * longest)) if longest else 1.0


def _refitted(
    model: LinearModel, ratings: likes.Ratings, asked: Sequence[Asked], refits: int, told: int, seed: int
) -> tuple[Codes, list[list[Places]], Floats]:
    """Return the codes of the spread over the first `told` refits; lists by refit and visitor; off by refit and listed film."""
    x, draws = ratings.likes(model.threshold), np.random.default_rng(seed)
    squares = np.zeros((len(model.films),) * 2, dtype=np.float32)
    lists, off = [], []
    for refit in range(refits):
        drawn = np.bincount(draws.integers(len(ratings), size=len(ratings)), minlength=len(ratings))
        side = fitting.again(model, weighted(x, drawn))
        scores = _scores(model, side, asked, squares if refit < told else None)
        lists.append(
            [ranking.best(own, one.allowed & (own > 0), LISTED) for one, own in zip(asked, scores, strict=True)]
        )
        off.append(np.concatenate([one.off(own) for one, own in zip(asked, scores, strict=True)]))
    return _codes(squares, told), lists, np.array(off, dtype=np.float64)


def weighted(x: sparse.csr_array, drawn: npt.NDArray[np.int64]) -> sparse.csr_array:
    """Return the drawn rows of X times √w in float32, which a spread of one byte an entry needs no more than."""
    kept = np.flatnonzero(drawn)
    rows = sparse.csr_array(x[kept], dtype=np.float32)
    rows.data *= np.repeat(np.sqrt(drawn[kept]), np.diff(rows.indptr)).astype(np.float32)
    return rows


def _scores(
    model: LinearModel, side: ease.Side, asked: Sequence[Asked], squares: npt.NDArray[np.float32] | None
) -> Whole:
    """Return the scores of all visitors under a refit, int64 (visitors, n); add its squared differences to `squares`."""
    counts, films = [len(one.liked) for one in asked], np.concatenate([one.liked for one in asked])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    liked = sparse.csr_array((np.ones(len(films), dtype=np.float32), films, indptr), shape=(len(asked), side.n))
    scores = np.empty((len(asked), side.n), dtype=np.int64)
    for start, stop in ease.blocks(side.n):
        block = side.columns(start, stop) * np.float32(SCALE)
        scores[:, start:stop] = np.rint(liked @ block)
        if squares is not None:
            block -= model.block(start, stop)
            squares[:, start:stop] += np.square(block, out=block)
    return scores


def _codes(squares: npt.NDArray[np.float32], refits: int) -> Codes:
    codes = np.empty(squares.shape, dtype=np.uint8)
    for start, stop in ease.blocks(len(squares)):
        codes[start:stop] = encoded(np.sqrt(squares[start:stop] / refits))
    return codes
