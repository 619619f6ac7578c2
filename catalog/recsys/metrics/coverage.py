"""Interval coverage: how often is the rating given inside the interval foretold?"""

import numpy as np
import numpy.typing as npt

from catalog.recsys.metrics.ratio import Floats, ratio


def coverage(inside: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> tuple[float, Floats]:
    """Return the share of asked ratings inside their interval, from 0 to 1, and a value per person (see ratio).

    inside: (people,), how many of each one's asked ratings are, bounds included; counts: (people,), how many were asked.
    Source: empirical coverage, Gneiting and Raftery 2007, «Strictly Proper Scoring Rules», section 6.
    """
    return ratio(inside.astype(np.float64), counts)
