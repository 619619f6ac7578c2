"""What a candidate is measured beside, fitted on the same rows: popularity, the weighted rating, truncated SVD.

Each has `films`, sorted ids of shape (n,), and `scores(ratings)`, one number a film, larger is better, as RecommenderModel has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import TruncatedSVD as Decomposition
from threadpoolctl import threadpool_limits

from catalog.recsys.likes import Ratings
from catalog.recsys.weighted import Tallied, mean_e4, wr_e6
from mlops.ports import Arrays

PRIOR_VOTES = 25  # m over a thousand: the rows have a thousandth of the chart's votes
RANK = 16  # pinned: the gate asks for a lead over this rank, whatever the candidate's parameters
SEED = 0  # of the randomised decomposition, pinned with it


class Scorer(Protocol):
    """Any arm of a comparison."""

    @property
    def films(self) -> npt.NDArray[np.int64]: ...

    def scores(self, ratings: Mapping[int, int]) -> npt.NDArray[np.number]: ...

    def arrays(self) -> Arrays: ...


@dataclass(frozen=True, eq=False)
class SameForAll:
    """One list for everybody. order: int64 of shape (n,)."""

    films: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]

    def scores(self, ratings: Mapping[int, int]) -> npt.NDArray[np.int64]:
        """Return the same scores whatever the ratings."""
        return self.order

    def arrays(self) -> Arrays:
        """Return the whole state."""
        return {"films": self.films, "order": self.order}


@dataclass(frozen=True, eq=False)
class TruncatedSVD:
    """Likes folded into `rank` directions and back: x·Vᵀ·V. components: V, float64 of shape (rank, n)."""

    films: npt.NDArray[np.int64]
    components: npt.NDArray[np.float64]
    threshold: int

    def scores(self, ratings: Mapping[int, int]) -> npt.NDArray[np.float64]:
        """Return x·Vᵀ·V, float64 of shape (n,), x being 1 at the liked films."""
        liked = np.isin(self.films, [film for film, value in ratings.items() if value >= self.threshold])
        found: npt.NDArray[np.float64] = self.components[:, liked].sum(axis=1) @ self.components
        return found

    def arrays(self) -> Arrays:
        """Return the whole state."""
        return {"films": self.films, "components": self.components, "threshold": np.array([self.threshold])}


def popularity(ratings: Ratings, threshold: int) -> SameForAll:
    """Return films by how many people like them."""
    return SameForAll(
        ratings.films, np.bincount(ratings.place[ratings.value >= threshold], minlength=len(ratings.films))
    )


def weighted(ratings: Ratings, prior_votes: int = PRIOR_VOTES) -> SameForAll:
    """Return films by the chart's formula over these ratings, in millionths; prior_votes: m."""
    votes = np.bincount(ratings.place).tolist()
    sums = np.bincount(ratings.place, weights=ratings.value).astype(np.int64).tolist()
    tallied = [Tallied(film, 0, v, 10 * s) for film, v, s in zip(ratings.films.tolist(), votes, sums, strict=True)]
    mean = mean_e4(tallied)
    return SameForAll(ratings.films, np.array([wr_e6(x.votes, x.points, prior_votes, mean) for x in tallied]))


def svd(ratings: Ratings, threshold: int, rank: int = RANK) -> TruncatedSVD:
    """Return the truncated SVD of the likes, by scikit-learn; its rank is at most one less than people or films."""
    x = ratings.likes(threshold)
    with (
        threadpool_limits(limits=1, user_api="blas"),
        np.errstate(all="ignore"),
    ):  # 0/0 in a share that is not asked for
        components = Decomposition(max(1, min(rank, min(x.shape) - 1)), random_state=SEED).fit(x).components_
    return TruncatedSVD(ratings.films, components, threshold)


def fitted(ratings: Ratings, threshold: int) -> dict[str, Scorer]:
    """Return every rival by its short name: popularity, weighted-rating, svd."""
    return {
        "popularity": popularity(ratings, threshold),
        "weighted-rating": weighted(ratings),
        "svd": svd(ratings, threshold),
    }
