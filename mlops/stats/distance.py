"""How far two histograms of the same bins are apart."""

import numpy as np

from mlops.ports import Array


def psi(reference: Array, recent: Array) -> float:
    """Return the population stability index Σ (q − p)·ln(q/p), ≥ 0, of two counts of shape (bins,).

    p and q are the shares with one row added to every bin (Laplace), so that an empty bin has a logarithm.
    Source: Siddiqi (2006), Credit Risk Scorecards; it is Jeffreys' divergence (1946).
    """
    p, q = _smoothed(reference), _smoothed(recent)
    if p.shape != q.shape:
        raise ValueError(f"{len(p)} and {len(q)} bins are not the same bins")
    return float(((q - p) * np.log(q / p)).sum())


def ks(reference: Array, recent: Array) -> float:
    """Return the Kolmogorov-Smirnov distance max |P − Q|, from 0 to 1, of two counts of shape (bins,).

    P and Q are the cumulated shares at the bins' upper edges; between them it may be larger by one bin's share at most.
    An empty histogram is nowhere: nan. Source: Smirnov (1948), Ann. Math. Statist. 19(2), p. 279–281.
    """
    if len(reference) != len(recent):
        raise ValueError(f"{len(reference)} and {len(recent)} bins are not the same bins")
    if not np.sum(reference) or not np.sum(recent):
        return float("nan")
    difference = np.cumsum(reference) / np.sum(reference) - np.cumsum(recent) / np.sum(recent)
    return float(np.abs(difference).max())


def _smoothed(counts: Array) -> Array:
    found = np.asarray(counts, dtype=np.float64) + 1.0
    shares: Array = found / found.sum()
    return shares
