"""Histograms kept with a dataset: of each watched column in total, and of each subject without saying whose it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops.ports import Array, Arrays, Column, Rows

MOST_SUBJECTS = 4096  # whole subjects kept to learn how much they differ; more would say the same


@dataclass(frozen=True)
class Bins:
    """How one column is counted: by level, and a last bin for what is none of them; or between inner edges.

    among: a column and a level that a row must have to be counted; None counts every row.
    """

    name: str
    levels: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()
    among: tuple[str, int] | None = None

    @property
    def size(self) -> int:
        return len(self.levels or self.edges) + 1

    def rows(self, rows: Rows) -> Rows:
        """Return those rows that are counted. Rows without the column that decides are older than it: all are."""
        if self.among is None or self.among[0] not in rows:
            return rows
        name, level = self.among
        return {other: values[rows[name] == level] for other, values in rows.items()}

    def places(self, values: Array) -> Array:
        """Return the bin of each value, int64 of shape (n,). A value on an edge belongs to the bin above it."""
        if not self.levels:
            return np.searchsorted(self.edges, values, side="right")
        order = np.argsort(self.levels)
        ordered = np.asarray(self.levels)[order]
        near = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
        return np.where(ordered[near] == values, order[near], self.size - 1)


@dataclass(frozen=True)
class Histogram:
    """One column's counts: in total, int64 of shape (bins,), and by subject, int32 of shape (subjects, bins)."""

    bins: Bins
    counts: Array
    blocks: Array

    def as_json(self) -> dict[str, Any]:
        """Return what is written with the dataset; whoever writes it keeps the blocks elsewhere."""
        return {
            "levels": list(self.bins.levels),
            "edges": list(self.bins.edges),
            "counts": self.counts.tolist(),
        }


def watched(columns: Iterable[Column]) -> list[Bins]:
    """Return how to count each column that is watched; one without levels and edges cannot be."""
    return [
        Bins(column.name, column.levels, column.edges, column.among)
        for column in columns
        if column.watched and (column.levels or column.edges)
    ]


def count(bins: Sequence[Bins], rows: Rows, subject: str) -> dict[str, Histogram]:
    """Return the histogram of each column by its name; `subject` names the column that says whose each row is.

    Blocks are sorted by their counts and not by subject: the same rows give the same blocks, and no place in them
    leads back to anybody. Of more than MOST_SUBJECTS every k-th in order of its id is kept; ids are random.
    """
    return {kind.name: _counted(kind, kind.rows(rows), subject) for kind in bins}


def judged(bins: Sequence[Bins], rows: Rows, subject: str) -> Array:
    """Return how many rows each subject has that any column counts, int64 of shape (subjects,)."""
    alike = {kind.among for kind in bins}
    if not alike:
        return np.unique(rows[subject], return_counts=True)[1]
    counted = np.zeros(len(rows[subject]), dtype=np.bool_)
    for one in alike:
        counted |= rows[one[0]] == one[1] if one and one[0] in rows else True
    return np.unique(rows[subject][counted], return_counts=True)[1]


def _counted(kind: Bins, rows: Rows, subject: str) -> Histogram:
    found, owner = np.unique(rows[subject], return_inverse=True)
    step = max(1, -(-len(found) // MOST_SUBJECTS))
    cells = owner * kind.size + kind.places(rows[kind.name])
    blocks = np.bincount(cells, minlength=len(found) * kind.size).reshape(len(found), kind.size)
    kept = blocks[::step].astype(np.int32)
    return Histogram(kind, blocks.sum(axis=0), kept[np.lexsort(kept.T[::-1])])


def from_kept(name: str, written: Mapping[str, Any], kept: Arrays | None) -> Histogram:
    """Return a histogram again. kept: its blocks as `blocks`, or None when there are none. Raises ValueError."""
    bins = Bins(name, tuple(written.get("levels", ())), tuple(written.get("edges", ())))
    counts = np.asarray(written["counts"], dtype=np.int64)
    blocks = np.empty((0, bins.size), dtype=np.int32) if kept is None else kept.get("blocks", np.empty(0))
    if counts.shape != (bins.size,) or blocks.ndim != 2 or blocks.shape[1] != bins.size:
        raise ValueError(f"the histogram kept of {name} is not of its levels or edges")
    return Histogram(bins, counts, blocks)
