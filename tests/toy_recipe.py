"""Two recipes that know nothing of this site: a second implementation of the port, for mlops on its own."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from mlops.ports import Arrays, Kind, scalar


class Scale:
    """A model that multiplies by its one number."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def arrays(self) -> Arrays:
        return {"factor": np.array([self.factor], dtype=np.int64)}

    def apply(self, number: int) -> int:
        return number * self.factor


class ToyFormula:
    key = "toy-formula"
    title = "Toy formula"
    kind = Kind.SOFTWARE
    params: ClassVar[Mapping[str, Any]] = {"factor": 3}

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> Scale:
        return Scale(params["factor"])

    def load(self, arrays: Arrays) -> Scale:
        return Scale(scalar(arrays, "factor"))


class ToyLearner(ToyFormula):
    key = "toy-learner"
    title = "Toy learner"
    kind = Kind.LEARNING
