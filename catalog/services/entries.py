"""The films of a list: put on, noted, moved, taken off. Each act locks the list, so that two windows cannot lose a row."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog.errors import NotKept, TooMany, UnknownMovie
from catalog.models import FilmList, ListEntry, Movie, Removal, User
from catalog.services import removals
from catalog.services.lists import checked_note, held, make_list

MOST_ENTRIES = 10_000
ASIDE = 1_000_000_000  # where rows wait while others move: no two rows share a place even for a moment


def add_film(*, list_id: int, movie_id: int, by: User, at: datetime, note: str = "") -> tuple[ListEntry, bool]:
    """Put a film at the end of a list, and say whether it was not there yet. Raises NotKept, UnknownMovie, TooMany, BadWords."""
    words = checked_note(note)
    with transaction.atomic():
        return put(held(list_id, by), movie_id, at, words)


def start_list(*, title: str, movie_id: int, by: User, at: datetime) -> ListEntry:
    """Make a list with a first film. Raises BadWords, TooMany, UnknownMovie; then there is no list."""
    with transaction.atomic():
        return put(make_list(title=title, by=by, at=at), movie_id, at)[0]


def put(film_list: FilmList, movie_id: int, at: datetime, note: str = "") -> tuple[ListEntry, bool]:
    """Put a film at the end of a list that is locked already."""
    there = film_list.entries.filter(movie_id=movie_id).first()
    if there is not None:
        return there, False
    movie = Movie.objects.filter(pk=movie_id).first()
    if movie is None:
        raise UnknownMovie.numbered(movie_id)
    if film_list.entries.count() >= MOST_ENTRIES:
        raise TooMany(
            _("A list holds %(most)s films at most: take one off first.") % {"most": number_format(MOST_ENTRIES)}
        )
    kept = {"title": movie.title, "year": movie.year, "note": note}
    made = ListEntry.objects.create(list=film_list, movie=movie, position=_end(film_list), added_at=at, **kept)
    touch(film_list, at)
    return made, True


def append(film_list: FilmList, **given: Any) -> ListEntry:
    """Put a row at the end of a list as it is given; the caller has looked for room."""
    return ListEntry.objects.create(list=film_list, position=_end(film_list), **given)


def change_film(*, entry_id: int, note: str, by: User, at: datetime, place: int | None = None) -> ListEntry:
    """Write a note beside a film of a list, or none, and move it to a place if one is given. Raises NotKept, BadWords."""
    words = checked_note(note)
    with transaction.atomic():
        entry = _locked(entry_id, by)
        entry.note = words
        entry.save(update_fields=["note"])
        touch(entry.list, at)
        return entry if place is None else move_film(entry_id=entry_id, place=place, by=by, at=at)


def move_film(*, entry_id: int, by: User, at: datetime, up: int = 0, place: int | None = None) -> ListEntry:
    """Move a film so many places up (or down, when negative), or to a place counted from 1; beyond an end is that end.

    It moves in the list as it is at that moment: what another window did before stays. Raises NotKept.
    """
    with transaction.atomic():
        entry = _locked(entry_id, by)
        places = list(entry.list.entries.order_by("position").values_list("position", flat=True))
        old = places.index(entry.position)
        new = old - up if place is None else place - 1
        new = min(max(new, 0), len(places) - 1)
        if new != old:
            _take(entry, places, old, new)
            touch(entry.list, at)
    return entry


def take_off(*, entry_id: int, by: User, at: datetime) -> Removal:
    """Take a film off a list. Its place stays free, so that it can come back to it. Raises NotKept."""
    with transaction.atomic():
        entry = _locked(entry_id, by)
        removal = _remembered(entry, by, at)
        entry.delete()
        touch(entry.list, at)
    return removal


def put_back(row: ListEntry, film_list: FilmList, at: datetime) -> ListEntry:
    """Put a removed row back at its own place of a list that is locked; who took that place meanwhile comes after it.

    Put on again meanwhile, the film keeps a note written since, and otherwise becomes what it was.
    """
    again = film_list.entries.filter(movie_id=row.movie_id).first() if row.movie_id else None
    if again is not None:
        row.note = again.note or row.note
        again.delete()
    make_room(film_list, row.position)
    row.save(force_insert=True)
    touch(film_list, at)
    return row


def make_room(film_list: FilmList, position: int) -> None:
    """Free a place: whoever is on it, and those right behind, step back by one up to the next free place."""
    taken = film_list.entries.filter(position__gte=position).order_by("position").values_list("position", flat=True)
    last = position - 1
    for place in taken.iterator(chunk_size=1_000):
        if place != last + 1:
            break
        last = place
    _shift(film_list, position, last, 1)


def touch(film_list: FilmList, at: datetime) -> None:
    """Note that a list was changed."""
    FilmList.objects.filter(pk=film_list.pk).update(changed_at=at)
    film_list.changed_at = at


def _take(entry: ListEntry, places: list[int], old: int, new: int) -> None:
    """Put an entry on the place of the one that stands there; those between step towards the place that became free."""
    film_list, target = entry.list, places[new]
    ListEntry.objects.filter(pk=entry.pk).update(position=2 * ASIDE)
    if new < old:
        make_room(film_list, target)
    else:
        first = new
        while first - 1 > old and places[first - 1] == places[first] - 1:
            first -= 1
        _shift(film_list, places[first], target, -1)
    entry.position = target
    entry.save(update_fields=["position"])


def _shift(film_list: FilmList, first: int, last: int, by: int) -> None:
    """Move every row on the places first…last by so many places."""
    film_list.entries.filter(position__gte=first, position__lte=last).update(position=F("position") + ASIDE)
    moved = film_list.entries.filter(position__gte=ASIDE + first, position__lte=ASIDE + last)
    moved.update(position=F("position") - ASIDE + by)


def _locked(entry_id: int, by: User) -> ListEntry:
    """Return an entry of a member's own list, both locked."""
    list_id = ListEntry.objects.filter(pk=entry_id, list__user=by).values_list("list_id", flat=True).first()
    film_list = held(list_id, by) if list_id else None
    entry = ListEntry.objects.filter(pk=entry_id, list=film_list).first() if film_list else None
    if entry is None or film_list is None:
        raise NotKept(_("This film is not on your list any more."))
    entry.list = film_list
    return entry


def _end(film_list: FilmList) -> int:
    return (film_list.entries.aggregate(last=Max("position"))["last"] or 0) + 1


def _remembered(entry: ListEntry, by: User, at: datetime) -> Removal:
    rows = {"entry": removals.packed(entry)}
    return removals.remember(
        kind=Removal.Kind.ENTRY, what=f"{entry.title} · {entry.list.name}", rows=rows, by=by, at=at
    )
