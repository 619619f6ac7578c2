"""What differs between any two editions: parameters, C, films that came or went, and every rank that moved."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from catalog.models import ChartEdition
from catalog.recsys.columns import Array, Columns
from catalog.selectors import past


@dataclass(frozen=True)
class Shift:
    """A film's ranks in the two editions; None: it has none there."""

    film_id: int
    before: int | None
    after: int | None

    @property
    def places(self) -> int:
        """Return how many places it rose; negative: fell. Zero for a film that came or went."""
        return self.before - self.after if self.before and self.after else 0


@dataclass(frozen=True)
class Difference:
    """came, went: in the order of their rank; moved: the longest way first, then the higher rank reached."""

    came: list[Shift]
    went: list[Shift]
    moved: list[Shift]

    @property
    def shifts(self) -> list[Shift]:
        return [*self.moved, *self.came, *self.went]


def difference(earlier: ChartEdition, later: ChartEdition) -> Difference:
    """Return what one edition has otherwise than another. Raises EditionGone, EditionWrong."""
    return _difference(past.columns(earlier), past.columns(later))


@lru_cache(maxsize=4)
def _difference(earlier: Columns, later: Columns) -> Difference:
    films = np.union1d(earlier.id, later.id)
    before, after = _ranks(earlier, films), _ranks(later, films)
    rows = zip(films.tolist(), before.tolist(), after.tolist(), strict=True)
    shifts = [Shift(film, old or None, new or None) for film, old, new in rows if old != new]
    came = sorted((one for one in shifts if one.before is None), key=lambda one: one.after or 0)
    went = sorted((one for one in shifts if one.after is None), key=lambda one: one.before or 0)
    moved = [one for one in shifts if one.before and one.after]
    moved.sort(key=lambda one: (-abs(one.places), one.after))
    return Difference(came, went, moved)


def _ranks(columns: Columns, films: Array) -> Array:
    """Return the rank of each film, 0 where it has none; films: sorted ids."""
    ranks = np.zeros(len(films), dtype=np.int64)
    ranks[np.searchsorted(films, columns.id)] = columns.rank
    return ranks
