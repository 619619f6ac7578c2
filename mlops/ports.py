"""What a ranking system must offer to be governed here. No framework, no domain."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]


class Kind(StrEnum):
    """SOFTWARE computes by a formula, LEARNING from data."""

    SOFTWARE = "SOFTWARE"
    LEARNING = "LEARNING"


class Actor(Protocol):
    """Whoever does something: known by a random subject id, never by name."""

    @property
    def subject_id(self) -> UUID | str: ...


class System:
    """The machine itself: it may freeze, train and publish; it never requests, votes or promotes."""

    subject_id = "system"

    def __str__(self) -> str:
        return "system"


SYSTEM = System()


class Model(Protocol):
    """One fitted state of a recipe."""

    def arrays(self) -> Arrays:
        """Return the whole learned state: names to arrays of numbers."""
        ...


class Recipe(Protocol):
    """One ranking system: how its state comes to be, and how it is read back."""

    key: str
    title: str
    kind: Kind
    params: Mapping[str, Any]

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> Model:
        """Return a model from partial sums (none for a formula). Raises ValueError naming a parameter that is wrong."""
        ...

    def load(self, arrays: Arrays) -> Model:
        """Return the model whose state the arrays are. Raises ValueError when they are not of this recipe."""
        ...


def scalar(arrays: Arrays, name: str) -> int:
    """Return the whole number kept under a name as an integer array of shape (1,). Raises ValueError otherwise."""
    found = arrays.get(name)
    if found is None or found.shape != (1,) or not np.issubdtype(found.dtype, np.integer):
        raise ValueError(f"{name} is not one whole number")
    return int(found[0])
