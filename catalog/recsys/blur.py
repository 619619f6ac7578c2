"""How far a weighted rating can be told from its neighbours: an interval around WR, and the ranks it reaches.

Half-width of a film's interval, in points:  b + 1.96·s, where
  b = 0.05·i/(v + m)               i imported votes, whose mean the source rounds to one decimal: a bound, no probability
  s = √(v·(R − 1)(10 − R))/(v + m)  the standard error, had another crowd of v voters come; (R − 1)(10 − R) is the largest
                                   variance that votes from 1 to 10 with the mean R can have, as single votes are not known
C is taken as given: it blurs all films alike. Two films whose intervals overlap are not told apart, which errs on the safe
side. Floats are used for s alone, rounded up to whole millionths; no order ever depends on an interval.
"""

import numpy as np

from catalog.recsys.columns import Array

Z = 1.96


def half_widths(votes: Array, points: Array, imported: Array, prior_votes: int) -> Array:
    """Return b + 1.96·s of films in millionths, rounded up; all of shape (films,), imported ≤ votes."""
    bottom = votes + prior_votes
    rounding = -(-imported * 50_000 // bottom)
    low, high = points / 10.0 - votes, 10.0 * votes - points / 10.0  # v(R − 1) and v(10 − R)
    error = np.sqrt(np.maximum(0.0, low) * np.maximum(0.0, high) / votes) / bottom
    return np.asarray(rounding + np.ceil(Z * 1e6 * error).astype(np.int64), dtype=np.int64)


def ranks_within(wr: Array, half: Array) -> tuple[Array, Array]:
    """Return, for each listed film, the best and the worst rank among films that are not told apart from it.

    wr, half: shape (listed,), in millionths, in the order of the chart.
    """
    low, high = wr - half, wr + half
    best = 1 + len(wr) - np.searchsorted(np.sort(low), high, side="right")
    worst = len(wr) - np.searchsorted(np.sort(high), low, side="left")
    return np.asarray(best, dtype=np.int64), np.asarray(worst, dtype=np.int64)


def overlaps(wr: Array, half: Array, line: int) -> Array:
    """Return which films are not told apart from the film on one line; shape (listed,) of 0 and 1, itself included."""
    return np.asarray(np.abs(wr - wr[line]) <= half + half[line], dtype=np.int64)
