"""Two models on the same units: their difference, and how sure it is."""

import numpy as np

from mlops.ports import Array


def paired(each_a: Array, each_b: Array) -> tuple[float, float]:
    """Return the mean of a − b and its standard error s/√n, over the units where both are finite.

    each_a, each_b: shape (units,), one unit at one place. s: standard deviation of the differences, with n − 1.
    No such unit: (nan, nan); one: the error is nan. Raises ValueError when the shapes differ.
    Source: the paired t test, Student (1908), Biometrika 6(1), p. 1–25.
    """
    a, b = both(each_a, each_b)
    return (float((a - b).mean()), mean_error(a - b)) if len(a) else (float("nan"), float("nan"))


def both(each_a: Array, each_b: Array) -> tuple[Array, Array]:
    """Return the two, as float64, at the places where both are finite. Raises ValueError when the shapes differ."""
    a, b = np.asarray(each_a, dtype=np.float64), np.asarray(each_b, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"paired values need one place per unit each: {a.shape} and {b.shape}")
    whole = np.isfinite(a) & np.isfinite(b)
    return a[whole], b[whole]


def mean_error(each: Array) -> float:
    """Return the standard error of the mean, s/√n, over the finite values; nan for fewer than two. Shape (units,)."""
    found = np.asarray(each, dtype=np.float64)
    found = found[np.isfinite(found)]
    return float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else float("nan")
