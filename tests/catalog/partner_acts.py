"""What partners' viewers do, by the services that the API calls."""

from catalog.models import PartnerKey, PartnerTally, Tally
from catalog.services import viewer_plays, viewer_ratings
from tests.factories.catalog import make_partner_key
from tests.factories.mlops import NOON


def sends(key: PartnerKey, film, *values: int, at=NOON, first: int = 0) -> None:
    """As many viewers as there are values rate a film, one after the other."""
    for number, value in enumerate(values, start=first):
        viewer_ratings.rate(by=key, reference=f"viewer-{number}", movie_id=film.pk, value=value, rated_at=None, at=at)


def watches(key: PartnerKey, film, viewer: int = 0, at=NOON) -> None:
    viewer_plays.watched(by=key, reference=f"viewer-{viewer}", movie_id=film.pk, watched_at=at, at=at)


def a_key(of: PartnerKey | None = None, **given) -> PartnerKey:
    """A key of a new partner, or of the partner of another key."""
    return make_partner_key(of.partner if of else None, **given)[0]


def kept() -> dict[int, tuple[int, int]]:
    return {film: (votes, points) for film, votes, points in Tally.objects.values_list("movie_id", "votes", "points")}


def sent() -> dict[tuple[int, int], tuple[int, int]]:
    rows = PartnerTally.objects.filter(votes__gt=0).values_list("partner_id", "movie_id", "votes", "points")
    return {(partner, film): (votes, points) for partner, film, votes, points in rows}
