"""Clearing away one part of what a member keeps, chunk by chunk, each row noted as it was so that it can come back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Max

from catalog.models import Alert, FilmList, Hidden, ListEntry, Move, MoveRow, Play, Rating, Viewing
from catalog.moving import lines
from catalog.services import ratings
from catalog.services.removals import packed

CHUNK = 100


def take_away(move: Move, at: datetime) -> int:
    """Take the next rows of a part away, inside the transaction of its chunk; return how many, 0 when nothing is left."""
    if move.part == Move.Part.RATINGS:
        return _ratings(move, at)
    if move.part == Move.Part.LISTS:
        return _lists(move)
    tables: dict[str, list[tuple[str, Any]]] = {
        Move.Part.HISTORY: [(lines.SEEN, Viewing), (lines.PLAY, Play)],
        Move.Part.REST: [(lines.HIDDEN, Hidden), (lines.ALERT, Alert)],
    }
    for kind, model in tables[move.part]:
        found = list(model.objects.filter(user=move.user).order_by("pk")[:CHUNK])
        if found:
            _note(move, ((kind, row) for row in found))
            model.objects.filter(pk__in=[row.pk for row in found]).delete()
            return len(found)
    return 0


def _ratings(move: Move, at: datetime) -> int:
    mine = Rating.objects.filter(rater__user=move.user).order_by("movie_id")
    films = list(mine.values_list("movie_id", flat=True)[:CHUNK])
    ratings.hold(by=move.user, movie_ids=films)
    found = list(mine.filter(movie__in=films))
    _note(move, ((lines.RATING, row) for row in found))
    for row in found:
        ratings.withdraw_rating(movie_id=row.movie_id, by=move.user, at=at)
    return len(found)


def _lists(move: Move) -> int:
    """The lists first, as they are, then their films: a list goes when it is empty, and comes back before its films."""
    noted = move.rows.filter(kind=lines.LIST).exists()
    mine = FilmList.objects.filter(user=move.user).order_by("pk")
    if not noted and (found := list(mine)):
        _note(move, ((lines.LIST, row) for row in found))
        return len(found)
    films = list(ListEntry.objects.filter(list__user=move.user).order_by("list_id", "position")[:CHUNK])
    if films:
        _note(move, ((lines.ENTRY, row) for row in films))
        ListEntry.objects.filter(pk__in=[row.pk for row in films]).delete()
        return len(films)
    kept = set(move.rows.filter(kind=lines.LIST).values_list("facts__list", flat=True))
    gone, _ = mine.filter(pk__in=kept).delete()
    return gone


def _note(move: Move, found: Iterable[tuple[str, Any]]) -> None:
    start = move.rows.aggregate(last=Max("number"))["last"] or 0
    rows = []
    for number, (kind, row) in enumerate(found, start + 1):
        facts = {"list": row.pk} if kind == lines.LIST else {}
        movie_id = getattr(row, "movie_id", None)
        before = _rating(row) if kind == lines.RATING else packed(row)
        told = {"movie_id": movie_id, "before": before, "facts": facts}
        state = MoveRow.State.SURE if movie_id else MoveRow.State.PLAIN
        outcome = MoveRow.Outcome.WRITTEN
        rows.append(MoveRow(move=move, number=number, kind=kind, state=state, outcome=outcome, **told))
    MoveRow.objects.bulk_create(rows)


def _rating(row: Rating) -> dict[str, Any]:
    return {"value": row.value, "rated_at": row.rated_at.isoformat(), "source_id": row.source_id}
