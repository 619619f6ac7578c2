"""RMSE and MAE: how far predicted ratings are from those given, in points."""

import numpy as np
import numpy.typing as npt

from catalog.recsys.metrics.ratio import Floats, ratio


def rmse(squares: Floats, counts: npt.NDArray[np.int64]) -> tuple[float, Floats]:
    """Return √(Σ (r − r̂)² / n), in points, and a value per person whose mean is the RMSE and whose error is its.

    squares: (people,), each one's sum of (r − r̂)²; counts: (people,), ratings asked. By the delta method
    each_u = RMSE + (m_u − RMSE²) / (2·RMSE), m_u being the linearised mean square. Source: Herlocker et al. 2004.
    """
    square, each = ratio(squares, counts)
    root = float(np.sqrt(square))
    return root, root + (each - square) / (2 * root) if root else each


def mae(absolutes: Floats, counts: npt.NDArray[np.int64]) -> tuple[float, Floats]:
    """Return Σ |r − r̂| / n, in points, and a value per person whose mean is the MAE and whose error is its.

    absolutes: (people,), each one's sum of |r − r̂|; counts: (people,), ratings asked. Source: Herlocker et al. 2004,
    «Evaluating Collaborative Filtering Recommender Systems», section 4.1.
    """
    return ratio(absolutes, counts)
