"""A ratio of sums, told person by person, so that two models can be compared in pairs."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def ratio(totals: Floats, counts: npt.NDArray[np.int64]) -> tuple[float, Floats]:
    """Return R = Σ totals / Σ counts, and a value per person whose mean is R and whose standard error is that of R.

    each_u = R + (totals_u − R·counts_u) / mean(counts): people with many ratings weigh more, and their ratings are not
    taken for independent. totals, counts: (people,). Raises ValueError when nothing was counted.
    Source: the linearised ratio estimator, Cochran 1977, «Sampling Techniques», 3rd edition, section 6.
    """
    if counts.sum() < 1:
        raise ValueError("there is nothing to take a mean of")
    value = float(totals.sum() / counts.sum())
    return value, value + (totals - value * counts) / counts.mean()
