"""NDCG@k: are the films a person went on to like in the list, and near its top?"""

import numpy as np
import numpy.typing as npt


def ndcg(hits: npt.NDArray[np.bool_], liked: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.float64]:
    """Return DCG@k / IDCG@k of each person, from 0 to 1, shape (people,).

    DCG@k = Σ_{r=1…k} hit_r / log2(r + 1); IDCG@k is that sum with hits at ranks 1…min(k, liked).
    hits: (people, ranks), ranks ≥ k, whether the film at each rank was liked; liked: (people,), how many films were, those no
    list could hold among them. Raises ValueError when a person liked none, or k is beyond the ranks.
    Source: Järvelin and Kekäläinen 2002, «Cumulated Gain-Based Evaluation of IR Techniques», with gains 0 and 1.
    """
    if not 1 <= k <= hits.shape[1] or np.any(liked < 1):
        raise ValueError(f"NDCG@{k} needs lists of {k} ranks or more, and a liked film for each person")
    worth = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(worth)[np.minimum(liked, k) - 1]
    found: npt.NDArray[np.float64] = (hits[:, :k] @ worth) / ideal
    return np.minimum(found, 1.0)  # the sums are added in different orders: a perfect list may be a bit above
