"""Deleting what one keeps here, kind by kind, for good; the account stays."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from catalog.errors import CatalogError
from catalog.models import Alert, FilmList, Hidden, Play, Rating, Removal, User, Viewing
from catalog.services import ratings, removals

CHUNK = 500


def delete(*, what: str, by: User, at: datetime) -> int:
    """Delete all of one kind that a member keeps, what could still be had back included; return how many.

    what: ratings, diary, plays, lists, hidden or alerts. Raises CatalogError for anything else.
    """
    if what not in _DELETE:
        raise CatalogError(f"what: “{what[:20]}” is nothing that can be deleted; there are {', '.join(KINDS)}.")
    return _DELETE[what](by, at)


def _ratings(by: User, at: datetime) -> int:
    gone = 0
    while films := list(Rating.objects.filter(rater__user=by).values_list("movie_id", flat=True)[:CHUNK]):
        with transaction.atomic():
            gone += sum(ratings.withdraw_rating(movie_id=film, by=by, at=at) for film in sorted(films))
            removals.forget(by=by, kinds=(Removal.Kind.RATING,))
    return gone


@transaction.atomic
def _diary(by: User, at: datetime) -> int:
    removals.forget(by=by, kinds=(Removal.Kind.VIEWING,))
    return Viewing.objects.filter(user=by).delete()[0]


@transaction.atomic
def _lists(by: User, at: datetime) -> int:
    removals.forget(by=by, kinds=(Removal.Kind.LIST, Removal.Kind.ENTRY))
    gone = FilmList.objects.filter(user=by).count()
    FilmList.objects.filter(user=by).delete()
    return gone


def _rows(model: type[Play] | type[Hidden] | type[Alert]) -> Callable[[User, datetime], int]:
    def gone(by: User, at: datetime) -> int:
        with transaction.atomic():
            return model._default_manager.filter(user=by).delete()[0]

    return gone


_DELETE: dict[str, Callable[[User, datetime], int]] = {
    "ratings": _ratings,
    "diary": _diary,
    "plays": _rows(Play),
    "lists": _lists,
    "hidden": _rows(Hidden),
    "alerts": _rows(Alert),
}
KINDS = tuple(_DELETE)
