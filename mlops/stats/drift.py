"""Has a column moved? Recent rows against those a model learned from, and against what chance makes of few subjects."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mlops.ports import Array
from mlops.stats.distance import ks, psi
from mlops.stats.histograms import Histogram
from mlops.stats.resample import null_psi

LIMIT = 0.1  # below it a PSI counts as no change (Siddiqi 2006); 0.25 and more as a large one
ERROR = 0.002  # share of windows without any change in which some column may still be called moved by chance
LEAST_ROWS, LEAST_SUBJECTS, LEAST_EFFECTIVE = 500, 20, 15  # a smaller window says nothing


@dataclass(frozen=True)
class ColumnDrift:
    """One column: its distances, what chance alone reaches, the limit that counts (the larger), and the verdict.

    levels or edges, and counts: the recent rows in the bins of then, for whoever wants to see how it moved.
    """

    name: str
    psi: float
    ks: float
    limit: float
    moved: bool
    chance: float
    levels: tuple[int, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]


def too_little(sizes: Array) -> str:
    """Return why a window is too small to be judged, or nothing. sizes: the rows of each of its subjects."""
    rows, subjects, effective = int(np.sum(sizes)), len(sizes), effective_subjects(sizes)
    if rows < LEAST_ROWS or subjects < LEAST_SUBJECTS:
        return f"{rows} rows of {subjects} subjects; {LEAST_ROWS} rows of {LEAST_SUBJECTS} subjects are needed"
    if effective < LEAST_EFFECTIVE:
        return f"a few subjects outweigh the rest: as {effective:.1f} equal ones; {LEAST_EFFECTIVE} are needed"
    return ""


def effective_subjects(sizes: Array) -> float:
    """Return (Σ m)² / Σ m²: how many subjects of equal size would weigh as these do. sizes: m, shape (subjects,).

    Source: Kish (1965), Survey Sampling, section 11.7.
    """
    found = np.asarray(sizes, dtype=np.float64)
    return float(found.sum() ** 2 / (found**2).sum()) if found.any() else 0.0


def drift(
    reference: Mapping[str, Histogram], recent: Mapping[str, Histogram], *, seed: int = 0, draws: int = 1000
) -> list[ColumnDrift]:
    """Return a verdict per column of both. It has moved when its PSI reaches LIMIT and exceeds what chance reaches.

    Chance: the quantile 1 − ERROR / columns of resampled whole subjects (see resample.null_psi); without kept
    subjects it is nan and LIMIT alone decides. Raises ValueError when a column is counted in other bins.
    """
    names = [name for name in reference if name in recent]
    return [
        _verdict(reference[name], recent[name], ERROR / len(names), seed + place, draws)
        for place, name in enumerate(names)
    ]


def _verdict(before: Histogram, after: Histogram, error: float, seed: int, draws: int) -> ColumnDrift:
    chance = _chance(before, after, error, seed, draws)
    distance = psi(before.counts, after.counts)
    return ColumnDrift(
        name=before.bins.name,
        psi=distance,
        ks=ks(before.counts, after.counts),
        limit=float(np.fmax(LIMIT, chance)),
        moved=distance >= LIMIT and not distance <= chance,
        chance=chance,
        levels=before.bins.levels,
        edges=before.bins.edges,
        counts=tuple(after.counts.tolist()),
    )


def _chance(before: Histogram, after: Histogram, error: float, seed: int, draws: int) -> float:
    if not len(before.blocks):
        return float("nan")
    sizes = after.blocks.sum(axis=1)
    return float(np.quantile(null_psi(before.blocks, sizes, draws=draws, seed=seed), 1 - error))
