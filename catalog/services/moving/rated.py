"""A rating that is brought along: with its own time, never over one's own unless that was asked for."""

from datetime import datetime
from typing import Any

from catalog.models import ImportLine, MemberImport, Rating
from catalog.moving.tables import moment
from catalog.services import ratings

Outcome = ImportLine.Outcome


def apply(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    value, rated_at = line.facts["value"], _when(line, at)
    here = Rating.objects.filter(rater__user=batch.user, movie_id=line.movie_id or 0).first()
    if here and here.value == value and (here.rated_at == rated_at or not _said_when(line)):
        return Outcome.SAME
    if here and (not batch.overwrite or _brought_by_this(line, batch)):
        return Outcome.KEPT
    line.before = _packed(here) if here else None
    ratings.bring_along(movie_id=line.movie_id or 0, by=batch.user, at=at, value=value, rated_at=rated_at)
    return Outcome.REPLACED if here else Outcome.ADDED


def undo(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    here = Rating.objects.filter(rater__user=batch.user, movie_id=line.movie_id or 0).first()
    untouched = here and here.value == line.facts["value"] and here.rated_at == _when(line, here.rated_at)
    if not untouched or line.movie_id is None:
        return Outcome.LEFT
    if line.before is None:
        ratings.withdraw_rating(movie_id=line.movie_id, by=batch.user, at=at)
    else:
        was = {**line.before, "rated_at": datetime.fromisoformat(line.before["rated_at"])}
        ratings.bring_along(movie_id=line.movie_id, by=batch.user, at=at, **was)
    return Outcome.TAKEN_BACK


def _brought_by_this(line: ImportLine, batch: MemberImport) -> bool:
    """Whether a line above said the rating already: what stands counts before what a diary noted once."""
    done = (Outcome.ADDED, Outcome.REPLACED, Outcome.SAME)
    return batch.lines.filter(
        kind=line.kind, movie_id=line.movie_id or 0, place__lt=line.place, outcome__in=done
    ).exists()


def _said_when(line: ImportLine) -> str:
    return str(line.facts.get("at") or "")


def _when(line: ImportLine, otherwise: datetime) -> datetime:
    return moment(_said_when(line)) or otherwise


def _packed(rating: Rating) -> dict[str, Any]:
    return {"value": rating.value, "rated_at": rating.rated_at.isoformat(), "source_id": rating.source_id}
