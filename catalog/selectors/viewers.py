"""What is kept of one viewer of a partner: their ratings and plays, newest first."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from catalog.models import PartnerKey, PartnerPlay, Rater, Rating

M = TypeVar("M", bound=Model)
Place = tuple[datetime, int]  # when, and which film


def viewer(key: PartnerKey, reference: str) -> Rater | None:
    """Return the viewer whom a partner names so, as this key sees them: one for trying out sees those made with such."""
    return Rater.objects.named(key.partner_id, key.test, [reference]).first()


def ratings(rater: Rater, after: Place | None, most: int) -> list[Rating]:
    """Return ratings, the latest given first, then by film falling; after a place, when there is one."""
    return list(_walked(Rating.objects.filter(rater=rater), "rated_at", after)[:most])


def plays(rater: Rater, after: Place | None, most: int) -> list[PartnerPlay]:
    """Return plays, the last watched first, then by film falling; after a place, when there is one."""
    return list(_walked(PartnerPlay.objects.filter(rater=rater), "watched_at", after)[:most])


def rating(rater: Rater, movie_id: int) -> Rating | None:
    return Rating.objects.filter(rater=rater, movie=movie_id).first()


def play(rater: Rater, movie_id: int) -> PartnerPlay | None:
    return PartnerPlay.objects.filter(rater=rater, movie=movie_id).first()


def taste(rater: Rater) -> dict[int, int]:
    """Return the ratings as they stand now: film → 1 … 10."""
    return dict(Rating.objects.filter(rater=rater).values_list("movie_id", "value"))


def _walked(rows: QuerySet[M], by: str, after: Place | None) -> QuerySet[M]:
    rows = rows.order_by(f"-{by}", "-movie_id")
    if after is None:
        return rows
    at, film = after
    further: Any = Q(**{f"{by}__lt": at}) | Q(**{by: at}, movie_id__lt=film)
    return rows.filter(further)
