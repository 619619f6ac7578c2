"""Recommended films as pages show them: place, interval, causes, rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log10

from catalog.models import Movie
from catalog.selectors import films
from catalog.selectors.recommendations import Because, Pick
from catalog.views.rows import Row, row

NAMED = 3  # so many causes are named on the line; the rest are on the receipt
REACH = 1000  # the interval is drawn on a scale of places from 1 to this, by their logarithm


@dataclass(frozen=True)
class PickRow:
    """One line of a learned list. moved: places up since the compared list; new: it was not among its first places."""

    row: Row
    pick: Pick
    named: Sequence[Because]
    others: int
    plays: bool
    moved: int
    new: bool
    low_x: int
    place_x: int
    high_x: int

    @property
    def span(self) -> int:
        """How wide the interval is drawn; never nothing."""
        return max(1, self.high_x - self.low_x)

    @property
    def measured(self) -> bool:
        return self.pick.best_rank is not None

    @property
    def certain(self) -> bool:
        return self.pick.best_rank == self.pick.worst_rank


def pick_rows(
    picks: Sequence[Pick], territory: str, day: date, before: Mapping[int, int] | None = None
) -> list[PickRow]:
    """Return lines for picks. before: places (film → rank) in the list to compare with, when there is one."""
    here = {pick.film.pk for pick in picks}
    playing = set(films.playable(Movie.objects.filter(pk__in=here), territory, day).values_list("pk", flat=True))
    return [_pick_row(pick, pick.film.pk in playing, before) for pick in picks]


def _pick_row(pick: Pick, plays: bool, before: Mapping[int, int] | None) -> PickRow:
    earlier = before.get(pick.film.pk) if before is not None else pick.rank
    return PickRow(
        row=row(pick.film),
        pick=pick,
        named=pick.because[:NAMED],
        others=max(0, len(pick.because) - NAMED),
        plays=plays,
        moved=earlier - pick.rank if earlier else 0,
        new=earlier is None,
        low_x=scaled(pick.best_rank or pick.rank),
        place_x=scaled(pick.rank),
        high_x=scaled(pick.worst_rank or pick.rank),
    )


def scaled(rank: int, width: int = 120) -> int:
    """Return where a place is drawn: 0 for the first, width for the last that fits."""
    return round(min(1.0, log10(max(1, rank)) / log10(REACH)) * width)
