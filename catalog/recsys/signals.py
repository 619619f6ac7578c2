"""How somebody's liking comes to be known: they rated a film, or they watched it to the end.

Rows of a dataset say which in the column `signal`; datasets of before that column hold ratings alone.
"""

import numpy as np
import numpy.typing as npt

from mlops.ports import Rows

SIGNALS = ("RATED", "WATCHED")  # a row's signal is its place here
UNRATED = 0  # the value of what was watched and not rated


def is_rated(rows: Rows) -> npt.NDArray[np.bool_]:
    """Return which rows are ratings, bool of shape (n,)."""
    if "signal" not in rows:
        return np.ones(len(rows["film"]), dtype=np.bool_)
    return np.asarray(rows["signal"] == SIGNALS.index("RATED"))
