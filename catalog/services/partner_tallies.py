"""Votes of partners' viewers, film by film, moved in the transaction of the ratings that move them."""

from collections.abc import Mapping

from django.db.models import F

from catalog.models import PartnerTally

Moves = Mapping[int, tuple[int, int]]  # film → votes more, points more in tenths


def move(*, partner_id: int, by_film: Moves) -> None:
    """Move one partner's votes and points, films rising. Within the transaction that holds the ratings already.

    Of live viewers alone: who tries out a key moves nothing.
    """
    moved = {film: more for film, more in sorted(by_film.items()) if any(more)}
    rows = PartnerTally.objects.filter(partner=partner_id)
    known = set(rows.filter(movie__in=moved).values_list("movie_id", flat=True))
    new = [PartnerTally(partner_id=partner_id, movie_id=film) for film in moved if film not in known]
    PartnerTally.objects.bulk_create(new, ignore_conflicts=True)  # another may make the same at the same moment
    for film, (votes, points) in moved.items():
        rows.filter(movie=film).update(votes=F("votes") + votes, points=F("points") + points)
