"""Putting a film away and taking it out again."""

from datetime import datetime

from django.db import transaction

from catalog.errors import UnknownMovie
from catalog.models import Hidden, Movie, User
from catalog.services import recommendations


def put_away(*, movie_id: int, by: User, at: datetime) -> bool:
    """Leave a film out of a member's recommendations; say whether it was not away already. Raises UnknownMovie."""
    if not Movie.objects.filter(pk=movie_id).exists():
        raise UnknownMovie.numbered(movie_id)
    lister = recommendations.lister_of(movie_id, by)
    with transaction.atomic():
        _, new = Hidden.objects.get_or_create(user=by, movie_id=movie_id, defaults={"hidden_at": at})
    if new:
        recommendations.note(recommendations.HIDDEN, lister)
    return new


def put_back(*, movie_id: int, by: User, at: datetime) -> bool:
    """Let a film that was put away be recommended again; say whether it was away."""
    with transaction.atomic():
        deleted, _ = Hidden.objects.filter(user=by, movie_id=movie_id).delete()
    return bool(deleted)
