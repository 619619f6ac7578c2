"""Votes as they stand now, by film and by whose they are: what editions, datasets and film pages count from."""

from typing import Any

from django.db.models import BigIntegerField, QuerySet, Value

from catalog.models import PartnerTally, Tally
from catalog.recsys.counting import OWN, Votes


def votes(*, partners: bool) -> list[Votes]:
    """Return each film's own votes, and with partners each partner's for it, from one statement; by film, then partner."""
    return _read(Tally.objects.all(), PartnerTally.objects.all() if partners else None)


def votes_for(movie_id: int) -> list[Votes]:
    """Return one film's own votes, and each partner's for it."""
    return _read(Tally.objects.filter(movie=movie_id), PartnerTally.objects.filter(movie=movie_id))


def _read(own: QuerySet[Tally], sent: QuerySet[PartnerTally] | None) -> list[Votes]:
    found: Any = own.filter(votes__gt=0).values_list(
        "movie_id", "movie__year", Value(OWN, BigIntegerField()), "votes", "points"
    )
    if sent is not None:
        theirs = sent.filter(votes__gt=0).values_list("movie_id", "movie__year", "partner_id", "votes", "points")
        found = found.union(theirs, all=True)
    return sorted((Votes(*row) for row in found), key=lambda row: (row.film, row.partner))
