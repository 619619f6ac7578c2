"""Metrics of several arms as rows with errors and paired differences, as arrays to be kept, and back."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from mlops.models import RunMetric
from mlops.ports import Arrays, Metric
from mlops.stats.gates import CANDIDATE, CHAMPION
from mlops.stats.paired import mean_error, paired

__all__ = ["CANDIDATE", "CHAMPION", "Key", "kept", "restored", "to_rows"]

Key = tuple[str, str, str]  # fold, arm, metric


def to_rows(measured: Mapping[Key, Metric]) -> tuple[list[RunMetric], list[str]]:
    """Return a row per metric that is a number, and a sentence for each that is none."""
    found = [(key, metric) for key, metric in measured.items() if math.isfinite(metric.value)]
    left_out = [
        f"{arm}: {metric.title} on {fold} is no number"
        for (fold, arm, _), metric in measured.items()
        if not math.isfinite(metric.value)
    ]
    return [_row(key, metric, measured) for key, metric in found], left_out


def kept(measured: Mapping[Key, Metric]) -> Arrays:
    """Return each metric's values per unit, as arrays named fold/arm/metric."""
    return {"/".join(key): np.asarray(one.each, dtype=np.float64) for key, one in measured.items() if len(one.each)}


def restored(rows: Iterable[RunMetric], each: Arrays) -> dict[Key, Metric]:
    """Return what was measured, from its rows and the kept arrays."""
    return {
        (row.fold, row.arm, row.metric): Metric(
            row.metric,
            row.title,
            row.value,
            each.get(f"{row.fold}/{row.arm}/{row.metric}", np.empty(0)),
            row.higher_is_better,
            row.unit,
        )
        for row in rows
    }


def _row(key: Key, metric: Metric, measured: Mapping[Key, Metric]) -> RunMetric:
    fold, arm, name = key
    mine = measured.get((fold, CANDIDATE, name))
    difference, error = _lead(mine, metric) if mine and arm != CANDIDATE else (None, None)
    return RunMetric(
        fold=fold,
        arm=arm,
        metric=name,
        title=metric.title[:120],
        value=metric.value,
        error=_finite(mean_error(metric.each)),
        difference=difference,
        difference_error=error,
        units=len(metric.each),
        higher_is_better=metric.higher_is_better,
        unit=metric.unit,
    )


def _lead(mine: Metric, other: Metric) -> tuple[float | None, float | None]:
    """The candidate less the other: paired where both have the same units, of the values where neither has any."""
    if len(mine.each) and mine.each.shape == other.each.shape:
        difference, error = paired(mine.each, other.each)
        return _finite(difference), _finite(error)
    return (None, None) if len(mine.each) or len(other.each) else (_finite(mine.value - other.value), None)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
