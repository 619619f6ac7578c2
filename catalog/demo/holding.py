"""What a demo keeps back: the last ratings by time, to be fed later as if people gave them now."""

import numpy as np
import numpy.typing as npt

from catalog.demo.ratings import Ratings


def held_back(ratings: Ratings, percent: int) -> tuple[Ratings, Ratings]:
    """Return the ratings to load, in their order, and the last `percent` of them by time, in order of time.

    Of equal times the order is by rater, then film. Of n ratings ⌊n·(100 − percent)/100⌋ are loaded.
    Raises ValueError unless 0 <= percent <= 100.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"From 0 to 100 per cent of the ratings can be held back, not {percent}.")
    order = np.lexsort((ratings.film_ids, ratings.raters, ratings.rated_at))
    cut = len(ratings) * (100 - percent) // 100
    return taken(ratings, np.sort(order[:cut])), taken(ratings, order[cut:])


def taken(ratings: Ratings, places: npt.NDArray[np.intp]) -> Ratings:
    """Return these ratings alone, in the order of the places."""
    return Ratings(ratings.raters[places], ratings.film_ids[places], ratings.values[places], ratings.rated_at[places])


def sentence(loaded: Ratings, later: Ratings) -> str:
    """Return what is loaded and what is kept back, to print."""
    total = len(loaded) + len(later)
    if not len(later):
        return f"All {total:,} ratings loaded; none is kept back."
    return (
        f"{len(loaded):,} of {total:,} ratings loaded; the last {len(later):,} by time are kept back for "
        "`manage.py replay`."
    )


def report(later: Ratings, percent: int) -> dict[str, int]:
    """Return what an import's report says of it: per cent, ratings, and the seconds since 1970 that they span."""
    span = {"first_at": int(later.rated_at[0]), "last_at": int(later.rated_at[-1])} if len(later) else {}
    return {"percent": percent, "ratings": len(later), **span}
