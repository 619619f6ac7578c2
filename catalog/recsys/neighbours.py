"""Films liked by the same people, as they serve: of each film the few nearest ones, and how much they lift it. NumPy alone.

near: places of the films that lift film j, in row j; weight: by how much, in units of 2**-24. Rows rise by place; where a film
has fewer neighbours the rest of its row is its own place, weighing nothing. No weight is below 0.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.recsys import state
from catalog.recsys.linear import LinearModel
from catalog.recsys.prediction import Predictor
from catalog.recsys.spread import Spread
from mlops.ports import Arrays


@dataclass(frozen=True, eq=False)
class NeighboursModel(LinearModel):
    """films: sorted ids, (n,); near, weight: int32 (n, nearest); threshold: points; shrinkage: in common likes."""

    films: npt.NDArray[np.int64]
    near: npt.NDArray[np.int32]
    weight: npt.NDArray[np.int32]
    threshold: int
    shrinkage: float
    predictor: Predictor
    spread: Spread | None = None

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> "NeighboursModel":
        """Return the model in these arrays. Raises ValueError when they are not whole, sound and of one set of films."""
        return cls(**state.read_nearest(arrays))

    def arrays(self) -> Arrays:
        """Return the whole learned state."""
        common = state.written(self.films, self.threshold, self.predictor, self.spread)
        return {**common, "near": self.near, "weight": self.weight, "shrinkage": np.array([self.shrinkage], np.float64)}

    def block(self, start: int, stop: int) -> npt.NDArray[np.int32]:
        """Return the weights of what lifts the films at places start to stop, mostly 0."""
        found = np.zeros((len(self.films), stop - start), dtype=np.int32)
        row, column = np.nonzero(self.weight[start:stop])
        found[self.near[start:stop][row, column], row] = self.weight[start:stop][row, column]
        return found

    def _row(self, place: int) -> npt.NDArray[np.int64]:
        return self._scores(np.array([place]))

    def _scores(self, liked: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        speaks = np.zeros(len(self.films), dtype=np.bool_)
        speaks[liked] = True
        found: npt.NDArray[np.int64] = np.where(speaks[self.near], self.weight, 0).sum(axis=1, dtype=np.int64)
        return found

    def _between(self, liked: npt.NDArray[np.intp], places: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        at = np.full(len(self.films), -1)
        at[liked] = np.arange(len(liked))
        row, column = np.nonzero((at[self.near[places]] >= 0) & (self.weight[places] > 0))
        found = np.zeros((len(liked), len(places)), dtype=np.int64)
        found[at[self.near[places[row], column]], row] = self.weight[places[row], column]
        return found
