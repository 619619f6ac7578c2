"""Undoing one row of a move: what it made goes, what it replaced or took away comes back; what changed since stays."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from catalog.models import Alert, FilmList, Hidden, ListEntry, Move, MoveRow, Movie, Play, Preferences, Rating, Viewing
from catalog.moving import lines
from catalog.services import entries, lists, ratings
from catalog.services.removals import packed, unpacked

UNDONE, LATER = MoveRow.Outcome.UNDONE, MoveRow.Outcome.LATER
MODELS: dict[str, Any] = {
    lines.SEEN: Viewing,
    lines.WATCHED: Viewing,
    lines.ENTRY: ListEntry,
    lines.HIDDEN: Hidden,
    lines.ALERT: Alert,
    lines.PLAY: Play,
}
WITHOUT_FILM = (Viewing, ListEntry)  # they stay when an editor takes the film out


def take_back(row: MoveRow, move: Move, at: datetime) -> str:
    """Undo what a row did, inside the transaction of its chunk, and return what became of it."""
    if row.kind == lines.RATING:
        return _rating(row, move, at)
    if move.is_wipe:
        return _again(row, move)
    return _ACTS.get(row.kind, _made)(row, move)


def _rating(row: MoveRow, move: Move, at: datetime) -> str:
    mine = Rating.objects.select_for_update().filter(rater__user=move.user, movie=row.movie_id).first()
    now = {"value": mine.value, "rated_at": mine.rated_at.isoformat()} if mine else None
    if now != row.made or row.movie_id is None:
        return LATER
    if row.before is None:
        ratings.withdraw_rating(movie_id=row.movie_id, by=move.user, at=at)
        return UNDONE
    was = {**row.before, "rated_at": datetime.fromisoformat(row.before["rated_at"])}
    ratings.bring_rating(movie_id=row.movie_id, by=move.user, at=at, **was)
    return UNDONE


def _made(row: MoveRow, move: Move) -> str:
    """Take out a row that the import made, if it still is as it was made. Its place in a list may be another by now."""
    made: dict[str, Any] = row.made or {}
    found = MODELS[row.kind].objects.filter(pk=made.get("id")).first()
    if found is None or _but_place(packed(found)) != _but_place(made):
        return LATER
    found.delete()
    return UNDONE


def _but_place(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("position", "movie_id")}


def _list(row: MoveRow, move: Move) -> str:
    """A list that the import made goes when nothing is left on it; with something of your own, or another name, it stays."""
    was: dict[str, Any] = row.made or {}
    made = FilmList.objects.filter(pk=int(was["list"]), user=move.user).first()
    if made is None or made.entries.exists() or _but_times(packed(made)) != _but_times(was["new"]):
        return LATER
    made.delete()
    return UNDONE


def _but_times(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a member may change of a list itself; it is marked as changed when a film is put on it, too."""
    return {name: value for name, value in values.items() if name != "changed_at"}


def _choices(row: MoveRow, move: Move) -> str:
    gone, _ = Preferences.objects.filter(user=move.user, **(row.made or {})).delete()
    return UNDONE if gone else LATER


def _again(row: MoveRow, move: Move) -> str:
    """Bring back what a clearing away took, under its own number; what came in its place since then stays."""
    was: dict[str, Any] = row.before or {}
    if row.kind == lines.LIST:
        return _list_again(was, move)
    model = MODELS[row.kind]
    back = unpacked(model, was)
    there = Movie.objects.filter(pk=back.movie_id).exists()
    if not there and model not in WITHOUT_FILM:
        return LATER
    back.movie_id = back.movie_id if there else None
    if _is_taken(model, back, move):
        return LATER
    if model is ListEntry:
        entries.make_room(back.list, back.position)
    back.save(force_insert=True)
    return UNDONE


def _list_again(was: dict[str, Any], move: Move) -> str:
    back = unpacked(FilmList, was)
    mine = FilmList.objects.filter(user=move.user)
    if mine.count() >= lists.MOST_LISTS or (back.is_watchlist and mine.filter(is_watchlist=True).exists()):
        return LATER
    back.save(force_insert=True)
    return UNDONE


def _is_taken(model: Any, back: Any, move: Move) -> bool:
    """Say whether something stands where a row would come back to."""
    mine = model.objects.filter(movie=back.movie_id)
    if model is ListEntry:
        if not FilmList.objects.filter(pk=back.list_id, user=move.user).exists():
            return True
        return bool(back.movie_id) and mine.filter(list=back.list_id).exists()
    mine = mine.filter(user=move.user)
    if model is Alert:
        return bool(mine.filter(territory=back.territory).exists())
    if model is Play:
        return back.finished_at is None and bool(mine.open().exists())
    return model is Hidden and bool(mine.exists())


_ACTS: dict[str, Callable[[MoveRow, Move], str]] = {lines.LIST: _list, lines.CHOICES: _choices}
