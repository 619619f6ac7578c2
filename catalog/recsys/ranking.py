"""The one order of a list: score ↓, film id ↑, over whole numbers; and which ranks a film may have when scores are unsure."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def best(scores: Ints, allowed: npt.NDArray[np.bool_], n: int) -> Ints:
    """Return the places of the first n allowed films, score ↓, then place ↑ (films are sorted by id).

    scores: int64 of shape (films,); allowed: bool of shape (films,). Fewer than n when fewer are allowed.
    """
    places = np.flatnonzero(allowed)
    if len(places) > n > 0:
        own = scores[places]
        least = np.partition(own, len(own) - n)[len(own) - n]
        places = places[own >= least]  # every tie with the last is still in, so that ids decide
    order = np.argsort(-scores[places], kind="stable")
    return places[order[: max(n, 0)]]


def rank(place: int, scores: Ints, allowed: npt.NDArray[np.bool_]) -> int:
    """Return the rank of one film among the allowed, from 1: films above it by score, or equal with a lower id, plus one."""
    own = scores[place]
    ahead = np.count_nonzero(allowed & (scores > own))
    return 1 + int(ahead) + int(np.count_nonzero(allowed[:place] & (scores[:place] == own)))


def rank_bounds(own: npt.NDArray[np.float64], half: npt.NDArray[np.float64], others: Ints) -> tuple[Ints, Ints]:
    """Return the best and worst ranks of films whose score may be off by ± half, the others' scores held still.

    own, half: shape (k,), in units of a score; others: scores of all allowed films, these k among them, sorted ascending.
    """
    above = len(others) - np.searchsorted(others, own + half, side="right")
    upto = len(others) - np.searchsorted(others, own - half, side="left")
    return 1 + above, np.maximum(upto, 1)
