"""A film's ranks over the editions, and why each one moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from catalog.errors import EditionGone, EditionWrong
from catalog.models import ChartEdition, RankChange
from catalog.recsys import moves
from catalog.recsys.moves import Causes
from catalog.selectors import past


@dataclass(frozen=True)
class Move:
    """A change of rank; causes are None with the first edition, and where rows cannot be read: then lack says why."""

    change: RankChange
    causes: Causes | None
    lack: str = ""


def changes(film_id: int) -> QuerySet[RankChange]:
    """Return every change of a film's rank, newest first, with its edition."""
    return RankChange.objects.filter(movie_id=film_id).select_related("edition").order_by("-edition_id")


def line(film_id: int) -> list[tuple[int, int | None]]:
    """Return (edition, rank from it on) for every change, oldest first; None: out of the chart."""
    return list(RankChange.objects.filter(movie_id=film_id).order_by("edition_id").values_list("edition_id", "after"))


def explained(found: Sequence[RankChange]) -> list[Move]:
    """Return changes with their causes, from the rows of each edition and the one before it."""
    numbers = {change.edition_id - 1 for change in found}
    before = ChartEdition.objects.in_bulk(numbers - {0})
    return [_explained(change, before.get(change.edition_id - 1)) for change in found]


def _explained(change: RankChange, before: ChartEdition | None) -> Move:
    if before is None:
        return Move(change, None)
    try:
        return Move(change, causes(before, change.edition, change.movie_id))
    except (EditionGone, EditionWrong) as lack:
        return Move(change, None, str(lack))


def causes(earlier: ChartEdition, later: ChartEdition, film_id: int) -> Causes:
    """Return what moved a film from one edition to another. Raises EditionGone, EditionWrong."""
    return moves.causes(past.columns(earlier), past.columns(later), film_id)
