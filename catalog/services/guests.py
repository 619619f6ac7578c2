"""What somebody rated before they had an account becomes theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from catalog.errors import UnknownMovie
from catalog.models import Rating, User
from catalog.services import ratings


@dataclass(frozen=True)
class Kept:
    """How many ratings became the account's, and how many films it had rated already: its own values stay."""

    new: int
    own: int


@transaction.atomic
def keep(*, given: Mapping[int, int], by: User, at: datetime) -> Kept:
    """Give an account the ratings of a stranger (film → 1 … 10); what it rated itself stays, films that are gone fall out."""
    rated = set(Rating.objects.filter(rater__user=by, movie_id__in=given).values_list("movie_id", flat=True))
    new = 0
    for film, value in sorted(given.items()):
        if film in rated:
            continue
        try:
            ratings.rate_movie(movie_id=film, by=by, at=at, value=value)
        except UnknownMovie:
            continue
        new += 1
    return Kept(new, len(rated))
