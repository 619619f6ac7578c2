"""Reach: how much of the catalogue do the lists show, taken together?"""

import numpy as np
import numpy.typing as npt


def reach(lists: npt.NDArray[np.int64], films: int) -> float:
    """Return the share of films that stand in at least one list, from 0 to 1.

    lists: (people, k), places of films from 0, −1 where a list is shorter; films: how many could have stood there.
    Raises ValueError without films. Source: catalogue coverage, Ge, Delgado-Battenfeld and Jannach 2010, «Beyond Accuracy».
    """
    if films < 1:
        raise ValueError("reach needs films that could be listed")
    return len(np.unique(lists[lists >= 0])) / films
