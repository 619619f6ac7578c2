"""Recall@k: how many of the films a person went on to like are in the list?"""

import numpy as np
import numpy.typing as npt


def recall(hits: npt.NDArray[np.bool_], liked: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.float64]:
    """Return hits@k / min(k, liked) of each person, from 0 to 1, shape (people,): 1 is as many as k places can hold.

    hits: (people, ranks), ranks ≥ k; liked: (people,). Raises ValueError when a person liked none, or k is beyond the ranks.
    Source: Liang et al. 2018, «Variational Autoencoders for Collaborative Filtering», section 4.2.
    """
    if not 1 <= k <= hits.shape[1] or np.any(liked < 1):
        raise ValueError(f"Recall@{k} needs lists of {k} ranks or more, and a liked film for each person")
    found: npt.NDArray[np.float64] = hits[:, :k].sum(axis=1) / np.minimum(liked, k)
    return found
