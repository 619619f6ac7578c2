"""The recommender as it serves: EASE's weights, all of them. NumPy alone.

b is kept as round(B · 2**24): row i is what liking film i adds to the others.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from catalog.recsys import state
from catalog.recsys.linear import SCALE, Lift, LinearModel, Predicted, Ratings, Recommended, Similar
from catalog.recsys.prediction import Predictor
from catalog.recsys.spread import Spread
from mlops.ports import Arrays

__all__ = ["SCALE", "Lift", "Predicted", "Ratings", "Recommended", "RecommenderModel", "Similar"]


@dataclass(frozen=True, eq=False)
class RecommenderModel(LinearModel):
    """films: sorted ids, (n,); b: int32 (n, n), row i is what liking film i adds; threshold: points from which one likes."""

    films: npt.NDArray[np.int64]
    b: npt.NDArray[np.int32]
    threshold: int
    regularisation: float
    predictor: Predictor
    spread: Spread | None = None

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "RecommenderModel":
        """Return the model in these arrays. Raises ValueError when they are not whole, sound and of one set of films."""
        return cls(**state.read(arrays))

    def arrays(self) -> Arrays:
        """Return the whole learned state."""
        common = state.written(self.films, self.threshold, self.predictor, self.spread)
        return {**common, "b": self.b, "regularisation": np.array([self.regularisation], dtype=np.float64)}

    def block(self, start: int, stop: int) -> npt.NDArray[np.int32]:
        """Return columns of b."""
        return self.b[:, start:stop]

    def _row(self, place: int) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = self.b[place].astype(np.int64)
        return found

    @cached_property
    def _safe(self) -> int:
        return max(1, (2**31 - 1) // max(1, int(self.b.max()), -int(self.b.min())))

    def _scores(self, liked: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        total = np.zeros(len(self.films), dtype=np.int64)
        for start in range(0, len(liked), self._safe):  # as many rows as surely fit int32: adding is five times faster
            part = np.zeros(len(self.films), dtype=np.int32)
            for place in liked[start : start + self._safe]:  # row by row: no copy of the rows, whatever their number
                part += self.b[place]
            total += part
        return total

    def _between(self, liked: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        return self.b[np.ix_(liked, places)].astype(np.int64)
