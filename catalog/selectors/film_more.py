"""What may be told of films beside their rows, for a whole page at once: rights, members' ratings, how a WR comes about."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

from django.db.models import Count, QuerySet

from catalog.models import ChartEdition, Licence, Rater, Rating
from catalog.selectors.film_rows import FilmRow
from catalog.territories import WORLD, ZONES, end_of, first_moment


def visible(territories: Collection[str]) -> QuerySet[Licence]:
    """Return the licences that whoever is limited to these territories may know of; none means all."""
    licences = Licence.objects.all()
    return licences.filter(territory__in=[*territories, WORLD]) if territories else licences


def licence_facts(licence: Licence, territory: str | None = None) -> dict[str, Any]:
    """Return a licence with the moments, in UTC, at which it begins and is over, by the clock of a territory: its own, or
    for the whole world that of whoever asks."""
    zone = ZONES[territory or licence.territory]
    return {
        "id": licence.pk,
        "movie": licence.movie_id,
        "territory": licence.territory,
        "starts_on": licence.starts_on,
        "ends_on": licence.ends_on,
        "starts_at": first_moment(zone, licence.starts_on),
        "ends_at": end_of(zone, licence.ends_on),
        "time_zone": str(zone),
    }


def rights(films: Collection[int], territories: Collection[str]) -> dict[int, list[dict[str, Any]]]:
    """Return each film's licences, past and coming ones too, first to last."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for licence in visible(territories).filter(movie__in=films).order_by("starts_on", "pk"):
        found[licence.movie_id].append(licence_facts(licence))
    return found


def histograms(films: Collection[int]) -> dict[int, list[int]]:
    """Return how many members gave each film 1, 2, … 10."""
    found: dict[int, list[int]] = defaultdict(lambda: [0] * 10)
    given = Rating.objects.filter(movie__in=films, rater__kind=Rater.Kind.MEMBER)
    for film, value, count in given.order_by().values_list("movie_id", "value").annotate(n=Count("id")):
        found[film][value - 1] = count
    return found


def explanations(rows: Iterable[FilmRow], edition: ChartEdition) -> dict[int, dict[str, Any]]:
    """Return what makes each film's WR: counts, both means, both weights and the exact sum, of films that have votes."""
    found = {}
    for row in rows:
        if row.votes and row.points is not None:
            mean, own = Fraction(row.points, 10 * row.votes), Fraction(row.votes, row.votes + edition.prior_votes)
            house = Fraction(edition.mean_e4, 10**4)
            found[row.id] = {
                "v": row.votes,
                "S": row.points,
                "R": mean,
                "m": edition.prior_votes,
                "C": house,
                "own_weight": own,
                "house_weight": 1 - own,
                "exact": own * mean + (1 - own) * house,
            }
    return found
