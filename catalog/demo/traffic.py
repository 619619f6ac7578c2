"""Ratings to be fed as live traffic: those kept back, the same ones lower, or more of what is there already."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from catalog.demo.holding import taken
from catalog.demo.ratings import Ratings

Array = npt.NDArray[np.int64]

SHIFTS: Final = ("none", "later", "values")
LOWER_BY, LEAST = 3, 1
NEW_RATERS: Final = 10_000_000  # numbers from here on are nobody's in any demo set


def traffic(shift: str, loaded: Ratings, later: Ratings, *, seed: int) -> Ratings:
    """Return what is to be fed, in that order.

    later: what was kept back, as it is. values: the same, three points lower (1 at least), from raters of its own.
    none: as many ratings from what is loaded, a third of each rater's that is drawn, under new numbers, in random order.
    """
    if shift == "later":
        return later
    if shift == "values":
        return Ratings(
            later.raters + NEW_RATERS * (2 + seed),
            later.film_ids,
            np.maximum(LEAST, later.values - LOWER_BY),
            later.rated_at,
        )
    return _more_of(loaded, len(later), seed)


def chunks(ratings: Ratings, size: int) -> Iterator[Ratings]:
    """Yield so many at a time, in order."""
    for start in range(0, len(ratings), size):
        yield taken(ratings, np.arange(start, min(start + size, len(ratings))))


def _more_of(loaded: Ratings, count: int, seed: int) -> Ratings:
    chance = np.random.default_rng(seed)
    _, starts, sizes = np.unique(loaded.raters, return_index=True, return_counts=True)
    places: list[Array] = []
    total = 0
    while total < count and len(sizes):
        rater = int(chance.integers(len(sizes)))
        part = -(-int(sizes[rater]) // 3)
        places.append(starts[rater] + np.sort(chance.permutation(sizes[rater])[:part]))
        total += part
    if not places:
        return taken(loaded, np.arange(0))
    numbers = np.repeat(np.arange(len(places)), [len(part) for part in places]) + NEW_RATERS * (1 + 1000 * (1 + seed))
    drawn = taken(loaded, np.concatenate(places))
    order = chance.permutation(len(drawn))[:count]
    return taken(Ratings(numbers, drawn.film_ids, drawn.values, drawn.rated_at), order)
