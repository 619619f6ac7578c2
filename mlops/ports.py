"""What a ranking system must offer to be governed here. No framework, no domain."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
Rows = Mapping[str, Array]  # equal-length columns of shape (n,), by name


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


class NotEnoughData(Exception):
    """There is too little, or too uniform, data to learn from; the words say what is lacking."""


@dataclass(frozen=True)
class Column:
    """One column's contract: what a value must be, and whether its distribution is watched for drift.

    dtype: a NumPy name of a number type (int64, float64, int8 …) or "subject", a UUID as 36 characters.
    least, most: bounds, both allowed. levels: every value allowed, when these are few.
    edges: inner edges of the histogram kept of it; the column is watched when there are any (or levels).
    among: a column and its level: only rows that have it are in the histogram, for in others this column says nothing.
    """

    name: str
    dtype: str
    meaning: str
    least: float | None = None
    most: float | None = None
    levels: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()
    watched: bool = False
    among: tuple[str, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the contract as a dataset keeps it: what came later is left out while it says nothing."""
        kept = {**asdict(self), "levels": list(self.levels), "edges": list(self.edges)}
        return {**kept, "among": list(self.among)} if self.among else {n: v for n, v in kept.items() if n != "among"}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Column":
        """Return a column again, of whatever age its dataset is."""
        lists = {name: tuple(kept[name]) for name in ("levels", "edges")}
        return cls(**{**kept, **lists, "among": tuple(kept["among"]) if kept.get("among") else None})


@dataclass(frozen=True)
class Origin:
    """One source of a dataset's rows, with its terms. permitted_use: ANY, NON_COMMERCIAL or RESEARCH."""

    key: str
    title: str
    licence: str
    permitted_use: str
    rows: int


@dataclass(frozen=True)
class Extract:
    """What a recipe reads: the rows, and where they come from."""

    rows: Rows
    origins: Sequence[Origin] = ()


@dataclass(frozen=True)
class Fold:
    """One way to ask a model: learn from `train`, be told `known`, be asked for `asked`. facts: counts, for the report."""

    name: str
    title: str
    train: Rows
    known: Rows
    asked: Rows
    facts: Mapping[str, int | float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """One measured number, and how it stands per unit (a unit is one asked subject, unless the metric has none).

    value: the mean of each.  each: float64 of shape (units,), paired across models by place; empty when not per unit.
    higher_is_better: None when neither way is better.
    """

    name: str
    title: str
    value: float
    each: Array = field(default_factory=lambda: np.empty(0))
    higher_is_better: bool | None = True
    unit: str = ""


@dataclass(frozen=True)
class Gate:
    """One rule that a version must pass before anybody may be asked to approve it.

    On the fold, the candidate's metric is compared with a limit (`than` empty) or with another arm's, paired.
    sign +1: at least limit (or: other + errors × standard error); sign −1: at most.
    errors: how many paired standard errors the difference must exceed (negative: by how many it may fall short).
    needs_champion: judged only when there is a champion; first_only: only when there is none.
    """

    key: str
    title: str
    fold: str
    metric: str
    than: str = ""
    limit: float = 0.0
    errors: float = 0.0
    sign: int = 1
    needs_champion: bool = False
    first_only: bool = False


@dataclass(frozen=True)
class Table:
    """One titled table of a comparison, kept with the gate report and shown as it is."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | int | float]]
    note: str = ""


@dataclass(frozen=True)
class Resources:
    """What a step is declared to need: processors, megabytes, seconds."""

    cpus: float
    megabytes: int
    seconds: int


@dataclass(frozen=True)
class StateArray:
    """One array of a recipe's state, looked at before it is read. dtype: a NumPy name; most: numbers in it, at most."""

    name: str
    dtype: str
    dims: int
    most: int
    optional: bool = False


class Model(Protocol):
    """One fitted state of a recipe."""

    def arrays(self) -> Arrays:
        """Return the whole learned state: names to arrays of numbers."""
        ...


class Recipe(Protocol):
    """One ranking system: how its state comes to be, how it is judged, and how it is read back.

    Recipes that share a `dataset_key` share rows, split and folds. Rows come and go as columns, never as frames.
    """

    key: str
    title: str
    kind: Kind
    dataset_key: str
    subject: str  # the column whose hash decides the partition
    columns: Sequence[Column]
    gates: Sequence[Gate]
    params: Mapping[str, Any]
    resources: Mapping[str, Resources]  # by step; a step without one has the pipeline's default
    state: Sequence[StateArray]  # the arrays of its models; none when it declares nothing of them

    def checked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole parameters with these in place of the defaults. Raises ValueError with the remedy."""
        ...

    def extract(self, since: datetime | None, until: datetime) -> Extract:
        """Return what was recorded from `since` (included) until `until` (included), in a canonical order."""
        ...

    def split(self, rows: Rows) -> Sequence[Fold]:
        """Return the folds, the one that decides first. Deterministic. Raises NotEnoughData."""
        ...

    def partial(self, partition: Rows) -> Arrays:
        """Return what fit needs of one partition of a fold's train rows; partials of disjoint subjects just add up."""
        ...

    def without(self, partial: Arrays, own: Arrays) -> Arrays:
        """Return a partial less that of some of its subjects, exactly as if they had never been in it.

        Raises ValueError when they cannot be told to be in it.
        """
        ...

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> Model:
        """Return a model from partials (none for a formula). Raises ValueError on a wrong parameter, NotEnoughData."""
        ...

    def rivals(self, fold: Fold, params: Mapping[str, Any], seed: int) -> Mapping[str, Model]:
        """Return the models a candidate is measured beside, by a short name, fitted on the fold's train rows."""
        ...

    def evaluate(self, model: Model, fold: Fold) -> Sequence[Metric]:
        """Return the model's metrics on a fold; `each` of one name has one place per unit, whatever the model."""
        ...

    def stability(
        self, model: Model, fold: Fold, params: Mapping[str, Any], seed: int
    ) -> tuple[Sequence[Metric], Arrays]:
        """Return what refits on resampled subjects say of the model, and arrays to be kept with its own (may be none)."""
        ...

    def compare(self, candidate: Model, champion: Model | None, fold: Fold) -> Sequence[Table]:
        """Return titled tables of what would change for people."""
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
