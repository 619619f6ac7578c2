"""Having back what was taken away, as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.errors import NotKept, UnknownMovie
from catalog.models import FilmList, ListEntry, Movie, Rating, Removal, User, Viewing
from catalog.models.removals import KEPT
from catalog.services import entries, lists, ratings, removals

Row = FilmList | ListEntry | Viewing | Rating


@dataclass(frozen=True)
class Undone:
    """What came back: its kind, what it is called, and the row itself."""

    kind: str
    what: str
    row: Row


def undo(*, removal_id: int, by: User, at: datetime) -> Undone:
    """Bring back what one act took away, and forget that act. Raises NotKept, UnknownMovie, TooMany; then nothing changed."""
    with transaction.atomic():
        mine = Removal.objects.select_for_update().filter(user=by, removed_at__gte=at - KEPT)
        removal = mine.filter(pk=removal_id).first()
        if removal is None:
            raise NotKept(_("This was brought back already, or it is too long ago."))
        row = _BACK[removal.kind](removal.payload, by, at)
        removal.delete()
    return Undone(removal.kind, removal.what, row)


def withdraw_rating(*, movie_id: int, by: User, at: datetime) -> Removal | None:
    """Take a rating back so that it can be had again with its own time; None when there was none."""
    with transaction.atomic():
        rating = Rating.objects.select_for_update().filter(movie_id=movie_id, rater__user=by).first()
        if rating is None:
            return None
        rows = {"rating": removals.packed(rating)}
        what = f"{rating.value} · {rating.movie}"
        removal = removals.remember(kind=Removal.Kind.RATING, what=what, rows=rows, by=by, at=at)
        ratings.withdraw_rating(movie_id=movie_id, by=by, at=at)
    return removal


def rate_movie(*, movie_id: int, by: User, at: datetime, value: Any) -> Removal | None:
    """Rate a film so that the rating it replaces can be had again with its own time; None when it replaces no other value.

    Raises BadRating, or UnknownMovie.
    """
    with transaction.atomic():
        before = Rating.objects.select_for_update().filter(movie_id=movie_id, rater__user=by).first()
        packed = {"rating": removals.packed(before), "instead": at.isoformat()} if before else {}
        rating = ratings.rate_movie(movie_id=movie_id, by=by, at=at, value=value)
        if before is None or before.value == rating.value:
            return None
        what = f"{before.value} · {before.movie}"
        return removals.remember(kind=Removal.Kind.RATING, what=what, rows=packed, by=by, at=at)


def _entry(payload: dict[str, Any], by: User, at: datetime) -> ListEntry:
    row: ListEntry = _with_film(removals.unpacked(ListEntry, payload["entry"]))
    film_list = FilmList.objects.select_for_update().filter(pk=row.list_id, user=by).first()
    if film_list is None:
        raise NotKept(_("Its list was taken away since: bring the list back first."))
    return entries.put_back(row, film_list, at)


def _list(payload: dict[str, Any], by: User, at: datetime) -> FilmList:
    row: FilmList = removals.unpacked(FilmList, payload["list"])
    row.save(force_insert=True)
    found = [removals.unpacked(ListEntry, values) for values in payload["entries"]]
    films = _there([entry.movie_id for entry in found])
    for entry in found:
        entry.movie_id = entry.movie_id if entry.movie_id in films else None
    ListEntry.objects.bulk_create(found, batch_size=lists.CHUNK)
    return row


def _viewing(payload: dict[str, Any], by: User, at: datetime) -> Viewing:
    row: Viewing = _with_film(removals.unpacked(Viewing, payload["viewing"]))
    row.save(force_insert=True)
    return row


def _rating(payload: dict[str, Any], by: User, at: datetime) -> Rating:
    was = payload["rating"]
    rated_at = parse_datetime(was["rated_at"])
    if rated_at is None or not _there([was["movie_id"]]):
        raise UnknownMovie(_("This film is not in the catalogue any more."))
    given = {"movie_id": was["movie_id"], "value": was["value"], "source_id": was["source_id"]}
    instead = parse_datetime(payload.get("instead", ""))
    return ratings.put_back_rating(by=by, at=at, rated_at=rated_at, instead=instead, **given)


def _with_film(row: Any) -> Any:
    """Let a row go without its film when an editor took that out meanwhile: title and year stay."""
    row.movie_id = row.movie_id if _there([row.movie_id]) else None
    return row


def _there(films: list[Any]) -> set[int]:
    """Return those of the films that are in the catalogue."""
    known = [film for film in films if film is not None]
    chunks = (known[at : at + lists.CHUNK] for at in range(0, len(known), lists.CHUNK))
    return {pk for chunk in chunks for pk in Movie.objects.filter(pk__in=chunk).values_list("pk", flat=True)}


_BACK: dict[str, Callable[[dict[str, Any], User, datetime], Row]] = {
    Removal.Kind.ENTRY: _entry,
    Removal.Kind.LIST: _list,
    Removal.Kind.VIEWING: _viewing,
    Removal.Kind.RATING: _rating,
}
