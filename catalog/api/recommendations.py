"""What the learned system says: to ratings that a partner sends and that are not kept, and to one film."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import bodies, params
from catalog.api.base import PartnerView, modified
from catalog.api.errors import Refused
from catalog.api.learned import RecommendationsSerializer, SimilarSerializer, WantedSerializer
from catalog.api.params import Parameter
from catalog.api.schema import described
from catalog.models import Movie, PartnerKey
from catalog.recsys.linear import SCALE
from catalog.selectors import catalogue, chart_pages, charts, judges, revisions
from catalog.selectors import recommendations as learned
from catalog.services import recommendations
from mlops import ledger

MOST_RATINGS = 500
LIMIT, MOST = 10, 50
FIELDS, RATING_FIELDS = ("ratings", "limit"), ("movie", "value")
LARGEST_ID = 10**18 - 1  # as addresses take them

limit: Parameter = params.number("limit", 1, MOST, f"How many to return, {LIMIT} unless told.", default=LIMIT)


class Recommendations(PartnerView):
    """Films for somebody whose ratings are sent along: nothing of them is kept."""

    scope = PartnerKey.Scope.CATALOG_READ
    http_method_names = ["post"]

    @described(
        "recommendations",
        "Films for these ratings, each with the ratings that caused it",
        RecommendationsSerializer,
        sends=WantedSerializer,
        problems=["no_edition"],
    )
    def post(self, request: Request) -> HttpResponseBase:
        params.read(request, self.parameters)
        ratings, most = _wanted(bodies.given(request))
        found = recommendations.for_ratings(given=ratings, most=most)
        return Response(RecommendationsSerializer(body_of(found, ratings, most)).data)


def _wanted(body: Mapping[str, Any]) -> tuple[dict[int, int], int]:
    """Return ratings by film, and how many films are wanted. Raises Refused naming every wrong place."""
    faults = bodies.Faults()
    faults.unknown("", body, FIELDS)
    most = faults.whole("/limit", body.get("limit", LIMIT), 1, MOST) or LIMIT
    given = body.get("ratings")
    if not isinstance(given, list) or len(given) > MOST_RATINGS:
        faults.add("/ratings", "bad_value", f"/ratings must be a list of at most {MOST_RATINGS} ratings.")
        given = []
    places: dict[int, int] = {}
    ratings: dict[int, int] = {}
    for place, rating in enumerate(given):
        _read(faults, f"/ratings/{place}", rating, place, places, ratings)
    known = set(Movie.objects.filter(pk__in=places).values_list("pk", flat=True))
    for film in places.keys() - known:
        where = f"/ratings/{places[film]}/movie"
        faults.add(where, "unknown_movie", f"{where}: there is no film {film}.")
    faults.check()
    return ratings, most


def _read(
    faults: bodies.Faults, where: str, rating: Any, place: int, places: dict[int, int], ratings: dict[int, int]
) -> None:
    """Add one rating to those read: places tells where each film was named."""
    if not isinstance(rating, dict):
        faults.add(where, "bad_value", f'{where} must be an object such as {{"movie": 12, "value": 8}}.')
        return
    faults.unknown(where, rating, RATING_FIELDS)
    film = faults.whole(f"{where}/movie", rating.get("movie"), 1, LARGEST_ID)
    value = faults.whole(f"{where}/value", rating.get("value"), 1, 10)
    if film in places:
        faults.add(
            f"{where}/movie", "duplicate", f"{where}/movie: film {film} is rated in /ratings/{places[film]} too."
        )
    elif film is not None:
        places[film] = place
        ratings[film] = value or 1


def body_of(found: learned.Picks, ratings: Mapping[int, int], most: int) -> dict[str, Any]:
    """Return what RecommendationsSerializer reads: the list found, or the chart without what was rated. Raises Refused."""
    return _learned(found) if found.picks else _from_chart(found, ratings, most)


def _learned(found: learned.Picks) -> dict[str, Any]:
    """Return what RecommendationsSerializer reads, of a list that the learned version made."""
    return {
        "basis": "ratings",
        "lack": None,
        "version": found.judge.label if found.judge else None,
        "edition": None,
        "unit": SCALE,
        "speaking": found.known,
        "data": found.picks,
    }


def _from_chart(found: learned.Picks, ratings: Mapping[int, int], most: int) -> dict[str, Any]:
    """Return the same of the chart, without the films that were rated. Raises Refused before the first edition."""
    edition = charts.newest()
    if edition is None:
        raise Refused("no_edition", "No edition has been published so far.", headers={"Retry-After": "30"})
    entries = chart_pages.entries(edition, in_force=True, after=0, most=most + len(ratings))
    left = [entry for entry in entries if entry.id not in ratings]
    return _learned(found) | {
        "basis": "chart",
        "lack": str(found.lack or judges.Lack.NOTHING_LEFT).lower(),
        "edition": edition.number,
        "data": left[:most],
    }


def _settled_at() -> datetime | None:
    """Return when what is similar last could change: another version served, or a film was corrected."""
    moments = [revisions.newest().at, *(system.since for system in ledger.systems())]
    return max((at for at in moments if at), default=None)


class Similar(PartnerView):
    """Films that liking one film lifts."""

    scope = PartnerKey.Scope.CATALOG_READ
    parameters = (limit,)

    @described(
        "similarMovies",
        "Films that the learned version puts nearest to one",
        SimilarSerializer,
        parameters=parameters,
        problems=["not_found"],
    )
    def get(self, request: Request, number: int) -> HttpResponseBase:
        most = params.read(request, self.parameters).get("limit", LIMIT)
        film = catalogue.film(number)
        judge, lack = judges.at_work()
        near = judge.model.similar(film.pk, most + learned.SPARE) if judge else []
        films = Movie.objects.in_bulk([entry.film for entry in near])
        body = {
            "movie": film.pk,
            "version": judge.label if judge else None,
            "lack": None if near else str(lack or "UNKNOWN_TO_VERSION").lower(),
            "unit": SCALE,
            "data": [(films[entry.film], entry.weight) for entry in near if entry.film in films][:most],
        }
        return Response(SimilarSerializer(body).data, headers=modified(_settled_at()))
