"""Resampling: how often a gate passes a model that is no better, and what chance alone does to a histogram."""

import numpy as np

from mlops.ports import Array
from mlops.stats.distance import psi
from mlops.stats.paired import paired

FEWEST = 20  # subjects that may stand in, however many rows are asked of them


def aa_rate(each: Array, *, errors: float, pairs: int = 200, seed: int = 0) -> float:
    """Return the share of A/A pairs in which «leads by more than `errors` standard errors» passes, from 0 to 1.

    each: one model's metric per unit, shape (units,). Both sides of a pair are bootstrap samples of it, so neither is
    better, and every pass is a false one; about 0.023 is due at 2 errors. Source: Efron (1979), Ann. Statist. 7(1);
    A/A tests: Kohavi et al. (2009), Data Min. Knowl. Discov. 18, section 5.
    """
    chance = np.random.default_rng(seed)
    found = np.asarray(each, dtype=np.float64)
    units = len(found)
    if units < 2:
        raise ValueError("an A/A rate needs two units or more")
    falsely = 0
    for _ in range(pairs):
        difference, error = paired(found[chance.integers(units, size=units)], found[chance.integers(units, size=units)])
        falsely += difference > errors * error
    return falsely / pairs


def centred_rate(differences: Array, *, errors: float, pairs: int = 200, seed: int = 0) -> float:
    """Return the same share for two models whose real differences per unit, shape (units,), are centred to no lead.

    It keeps the skew that the gate really meets: few units with large differences, most with none.
    """
    found = np.asarray(differences, dtype=np.float64)
    if len(found) < 2:
        raise ValueError("an A/A rate needs two units or more")
    level = found - found.mean()
    chance, none = np.random.default_rng(seed), np.zeros(len(found))
    drawn = (paired(level[chance.integers(len(level), size=len(level))], none) for _ in range(pairs))
    return sum(difference > errors * error for difference, error in drawn) / pairs


def null_psi(blocks: Array, sizes: Array, *, draws: int = 1000, seed: int = 0) -> Array:
    """Return the PSI of windows that whole subjects of the reference would have filled by chance, shape (draws,).

    blocks: the reference's counts by subject, shape (subjects, bins); sizes: the rows of each subject of the window.
    For every subject of the window a subject of the reference that has as many rows or more stands in (or one of the
    longest), and so many rows are drawn of its own. One subject's rows resemble each other, so a window of few subjects
    strays further than one of independent rows would: that is what a PSI must exceed to mean anything.
    Source: the cluster bootstrap, Davison and Hinkley (1997), Bootstrap Methods and their Application, section 3.8.
    """
    chance = np.random.default_rng(seed)
    long = blocks[np.argsort(-blocks.sum(axis=1), kind="stable")].astype(np.float64)
    rows = long.sum(axis=1)
    long, rows = long[rows > 0], rows[rows > 0]
    if not len(long):
        raise ValueError("there is no subject to draw from")
    shares, reference = long / rows[:, None], blocks.sum(axis=0)
    fit = np.maximum(np.searchsorted(-rows, -np.asarray(sizes), side="right"), min(FEWEST, len(rows)))
    windows = (chance.multinomial(sizes, shares[chance.integers(fit)]).sum(axis=0) for _ in range(draws))
    return np.array([psi(reference, window) for window in windows])
