"""Two recipes that know nothing of this site: a second implementation of the port, for mlops on its own.

Subjects give items values from 0 to 10; to be told is what a new subject would give. SOURCE stands in for a database.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np

from mlops.ports import (
    Array,
    Arrays,
    Column,
    Extract,
    Fold,
    Gate,
    Kind,
    Metric,
    Model,
    NotEnoughData,
    Origin,
    Resources,
    Rows,
    StateArray,
    Table,
    scalar,
)

ITEMS, HELD = 6, 4  # items; partitions of sixteen whose subjects are asked
SOURCE: dict[str, Array] = {}


def made(subjects: int = 60, *, seed: int = 0, at: int = 1_750_000_000) -> dict[str, Array]:
    """Rows of so many subjects, each of whom gave every item a value around the item's own mean."""
    rng = np.random.default_rng(seed)
    who = np.repeat([str(uuid.UUID(int=place + 1)) for place in range(subjects)], ITEMS)
    item = np.tile(np.arange(ITEMS, dtype=np.int64), subjects)
    value = np.clip(np.rint(2 + item + rng.normal(0, 1, len(item))), 0, 10).astype(np.int64)
    return {"subject": who, "item": item, "value": value, "at": at + np.arange(len(item), dtype=np.int64)}


class Scale:
    """A model that multiplies by its one number."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def arrays(self) -> Arrays:
        return {"factor": np.array([self.factor], dtype=np.int64)}

    def apply(self, number: int) -> int:
        return number * self.factor

    def told(self, item: Array) -> Array:
        return item * float(self.factor)


class Means:
    """A model that tells the mean of each item, drawn towards the mean of all."""

    def __init__(self, means: Array, spread: Array | None = None) -> None:
        self.means, self.spread = means, spread

    def arrays(self) -> Arrays:
        return {"means": self.means} | ({} if self.spread is None else {"spread": self.spread})

    def told(self, item: Array) -> Array:
        found: Array = self.means[item]
        return found


class Toy:
    """What both share: rows, split, folds, measure."""

    key: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind]
    params: ClassVar[Mapping[str, Any]]
    dataset_key = "toy-answers"
    subject = "subject"
    columns: ClassVar[Sequence[Column]] = (
        Column("subject", "subject", "who gave the value"),
        Column("item", "int64", "what it was given to", least=0, most=ITEMS - 1),
        Column("value", "int64", "what was given", least=0, most=10, levels=tuple(range(11)), watched=True),
        Column("at", "int64", "when, in seconds", least=0),
    )
    resources: ClassVar[Mapping[str, Resources]] = {"fit": Resources(1, 200, 5)}
    gates: ClassVar[Sequence[Gate]] = ()

    def checked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {**self.params, **params}

    def extract(self, since: datetime | None, until: datetime) -> Extract:
        rows = SOURCE or made()
        at = rows["at"]
        inside = (at >= (since or datetime.fromtimestamp(0, UTC)).timestamp()) & (at <= until.timestamp())
        kept = {name: column[inside] for name, column in rows.items()}
        return Extract(kept, (Origin("toy", "Made for tests", "CC0-1.0", "ANY", int(inside.sum())),))

    def split(self, rows: Rows) -> Sequence[Fold]:
        held = np.array([_hash(subject) % 16 >= 16 - HELD for subject in rows["subject"]], dtype=bool)
        early = rows["at"] <= np.median(rows["at"]) if len(held) else held
        if not held.any() or held.all():
            raise NotEnoughData(f"{len(held)} rows leave nobody to learn from, or nobody to ask")
        if len(np.unique(rows["value"])) == 1:
            raise NotEnoughData(f"all {len(held)} values are {rows['value'][0]}")
        asked, none = _taken(rows, held), _taken(rows, held & ~held)
        return [
            Fold("held-out", "Subjects held out", _taken(rows, ~held), none, asked, {"units": len(asked["item"])}),
            Fold("later", "After the middle of time", _taken(rows, early), none, _taken(rows, ~early)),
        ]

    def partial(self, partition: Rows) -> Arrays:
        item, value = partition["item"], partition["value"]
        sums = np.bincount(item, value, minlength=ITEMS).astype(np.int64)
        return {"sums": sums, "counts": np.bincount(item, minlength=ITEMS).astype(np.int64)}

    def without(self, partial: Arrays, own: Arrays) -> Arrays:
        left = {name: partial[name] - own[name] for name in ("sums", "counts")}
        if any((value < 0).any() for value in left.values()):
            raise ValueError("the sums are smaller than what is to be taken out of them")
        return left

    def evaluate(self, model: Model, fold: Fold) -> Sequence[Metric]:
        each = np.abs(model.told(fold.asked["item"]) - fold.asked["value"])  # type: ignore[attr-defined]
        return [
            Metric("error", "Mean error", float(each.mean()), each, higher_is_better=False),
            Metric(
                "numbers", "Numbers learned", float(sum(a.size for a in model.arrays().values())), higher_is_better=None
            ),
        ]

    def rivals(self, fold: Fold, params: Mapping[str, Any], seed: int) -> Mapping[str, Model]:
        mean = float(fold.train["value"].mean())
        return {"mean": Means(np.full(ITEMS, mean))}

    def stability(
        self, model: Model, fold: Fold, params: Mapping[str, Any], seed: int
    ) -> tuple[Sequence[Metric], Arrays]:
        return [], {}

    def compare(self, candidate: Model, champion: Model | None, fold: Fold) -> Sequence[Table]:
        items = np.arange(ITEMS)
        mine = candidate.told(items)  # type: ignore[attr-defined]
        theirs = champion.told(items) if champion else np.zeros(ITEMS)  # type: ignore[attr-defined]
        rows = [[int(item), float(a), float(b)] for item, a, b in zip(items, mine, theirs, strict=True)]
        return [
            Table(
                "Told of each item",
                ("item", "candidate", "champion"),
                rows,
                "" if champion else "There is no champion.",
            )
        ]


class ToyFormula(Toy):
    key = "toy-formula"
    title = "Toy formula"
    kind = Kind.SOFTWARE
    params: ClassVar[Mapping[str, Any]] = {"factor": 3}
    state: ClassVar[Sequence[StateArray]] = (StateArray("factor", "int64", 1, 1),)
    gates: ClassVar[Sequence[Gate]] = (
        Gate("bounded", "The error is bounded", "held-out", "error", limit=100, sign=-1),
    )

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> Scale:
        return Scale(params["factor"])

    def load(self, arrays: Arrays) -> Scale:
        return Scale(scalar(arrays, "factor"))


class ToyLearner(Toy):
    key = "toy-learner"
    title = "Toy learner"
    kind = Kind.LEARNING
    params: ClassVar[Mapping[str, Any]] = {"damping": 1.0}
    state: ClassVar[Sequence[StateArray]] = (
        StateArray("means", "float64", 1, ITEMS),
        StateArray("spread", "float64", 1, ITEMS, optional=True),
    )
    gates: ClassVar[Sequence[Gate]] = (
        Gate("better", "Better than the mean", "held-out", "error", than="mean", errors=2, sign=-1),
        Gate("no-worse", "No worse than the champion", "held-out", "error", than="champion", errors=-2, sign=-1,
             needs_champion=True),
        Gate("stable", "Refits tell the same", "held-out", "spread", limit=1, sign=-1),
    )  # fmt: skip

    def checked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        whole = super().checked(params)
        if not isinstance(whole["damping"], int | float) or not whole["damping"] >= 0:
            raise ValueError(f"damping is {whole['damping']!r}: give a number of 0 or more")
        return whole

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> Means:
        sums = np.sum([part["sums"] for part in partials], axis=0)
        counts = np.sum([part["counts"] for part in partials], axis=0)
        centre = sums.sum() / counts.sum()
        return Means((sums + params["damping"] * centre) / (counts + params["damping"]))

    def stability(
        self, model: Model, fold: Fold, params: Mapping[str, Any], seed: int
    ) -> tuple[Sequence[Metric], Arrays]:
        rng, size = np.random.default_rng(seed), len(fold.train["item"])
        drawn = [self.partial(_taken(fold.train, rng.integers(0, size, size))) for _ in range(5)]
        spread = np.std([self.fit([part], params, seed).means for part in drawn], axis=0)
        return [Metric("spread", "Spread of refits", float(spread.mean()), higher_is_better=False)], {"spread": spread}

    def load(self, arrays: Arrays) -> Means:
        means = arrays.get("means")
        if means is None or means.shape != (ITEMS,) or not np.isfinite(means).all():
            raise ValueError(f"means are not {ITEMS} numbers")
        return Means(means, arrays.get("spread"))


def _taken(rows: Rows, which: Array) -> dict[str, Array]:
    return {name: column[which] for name, column in rows.items()}


def _hash(subject: str) -> int:
    return int.from_bytes(hashlib.sha256(str(subject).encode()).digest()[:8], "big")
