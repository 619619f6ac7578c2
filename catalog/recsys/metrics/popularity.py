"""Popularity share: how much of each list goes to the few films everybody rates?"""

import numpy as np
import numpy.typing as npt


def short_head(counts: npt.NDArray[np.int64], share: float = 0.2) -> npt.NDArray[np.bool_]:
    """Return which films are the short head, shape (films,): the fewest that together hold `share` of all ratings.

    counts: (films,), ratings of each; of equals the first comes first.
    """
    order = np.argsort(-counts, kind="stable")
    before = np.cumsum(counts[order]) - counts[order]
    head = np.zeros(len(counts), dtype=np.bool_)
    head[order] = before < share * counts.sum()
    return head


def popularity_share(lists: npt.NDArray[np.int64], head: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the share of each person's list that the short head takes, from 0 to 1, shape (people,); an empty list takes 0.

    lists: (people, k), places of films from 0, −1 where a list is shorter. Source: the share of the short head in
    recommendations, after Abdollahpouri, Burke and Mobasher 2019, «Managing Popularity Bias».
    """
    listed = lists >= 0
    taken = (head[lists] & listed).sum(axis=1)
    shares: npt.NDArray[np.float64] = taken / np.maximum(listed.sum(axis=1), 1)
    return shares
