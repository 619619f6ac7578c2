"""The watchlist: a press puts a film on it, another takes it off."""

from datetime import datetime

from django.db import transaction

from catalog.models import FilmList, ListEntry, Removal, User
from catalog.services import entries


def keep_for_later(*, movie_id: int, by: User, at: datetime) -> tuple[ListEntry, bool]:
    """Put a film on a member's watchlist, and say whether it was not there yet. Raises UnknownMovie, TooMany."""
    with transaction.atomic():
        made, _ = FilmList.objects.get_or_create(user=by, is_watchlist=True, defaults={"made_at": at, "changed_at": at})
        return entries.put(FilmList.objects.select_for_update().get(pk=made.pk), movie_id, at)


def drop(*, movie_id: int, by: User, at: datetime) -> Removal | None:
    """Take a film off the watchlist; None when it was not on it."""
    found = ListEntry.objects.filter(list__user=by, list__is_watchlist=True, movie_id=movie_id)
    entry_id = found.values_list("pk", flat=True).first()
    return entries.take_off(entry_id=entry_id, by=by, at=at) if entry_id else None
