"""A partner's viewers: their ratings, the list that these make, and their erasure."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params, recommendations
from catalog.api.authentication import key_of
from catalog.api.base import PartnerView, modified
from catalog.api.errors import Refused
from catalog.api.learned import RecommendationsSerializer
from catalog.api.schema import described
from catalog.api.user_shapes import (
    ErasureSerializer,
    RatedSerializer,
    RatingBody,
    RatingSerializer,
    RatingsSerializer,
)
from catalog.api.viewers import IF_MATCH, NOBODY, USER, OfOneFilm, after, place, viewer
from catalog.errors import UnknownMember
from catalog.models import PartnerKey
from catalog.selectors import viewers
from catalog.services import erasure, viewer_ratings
from catalog.services import recommendations as lists

READ, WRITE = PartnerKey.Scope.RATINGS_READ, PartnerKey.Scope.RATINGS_WRITE


class User(PartnerView):
    """A viewer: known from the first rating or play on, until they are erased."""

    scope = WRITE
    http_method_names = ["delete"]

    @described(
        "eraseUser",
        "Erase a viewer with everything of theirs",
        ErasureSerializer,
        status=202,
        changes=True,
        headers=[USER],
        problems=["not_found"],
    )
    def delete(self, request: Request, reference: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        now = timezone.now()
        try:
            erasure.ask_for_viewer(viewer=viewer(request, reference), by=key_of(request), at=now)
        except UnknownMember as error:
            raise Refused("not_found", NOBODY) from error
        return Response(ErasureSerializer({"reference": reference, "asked_at": now}).data, status=202)


class UserRatings(PartnerView):
    """Ratings of one viewer."""

    scope = READ
    parameters = (params.limit, params.cursor)

    @described(
        "userRatings",
        "Ratings of one viewer",
        RatingsSerializer,
        parameters=parameters,
        headers=[USER],
        problems=["not_found"],
    )
    def get(self, request: Request, reference: str) -> HttpResponseBase:
        here = pagination.walk(request, params.read(request, self.parameters))
        found = viewers.ratings(viewer(request, reference), after(here.after), here.limit + 1)
        page = pagination.page(request, here, found, place("rated_at"))
        return pagination.listed(page, lambda rating: RatingSerializer(rating).data, modified(timezone.now()))


class UserRating(OfOneFilm):
    """One viewer's rating of one film: its address is its key, so it may be sent as often as you like."""

    shape, changed, moment = RatingSerializer, RatedSerializer, "rated_at"

    @described("userRating", "One rating", RatingSerializer, headers=[USER], problems=["not_found"])
    def get(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        return self.told(request, viewers.rating(viewer(request, reference), number))

    @described(
        "rateMovie",
        "Rate a film for a viewer, or change that",
        {200: RatedSerializer, 201: RatedSerializer},
        sends=RatingBody,
        headers=[USER, IF_MATCH],
        problems=["not_found", "precondition_failed"],
    )
    def put(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        return self.kept(request, RatingBody, viewer_ratings.rate, reference=reference, movie_id=number)

    @described(
        "withdrawRating",
        "Take a rating back",
        None,
        status=204,
        changes=True,
        headers=[USER, IF_MATCH],
        problems=["not_found", "precondition_failed"],
    )
    def delete(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        return self.gone(request, viewer_ratings.withdraw, reference=reference, movie_id=number)


class UserRecommendations(PartnerView):
    """The list that a member with this viewer's ratings sees, made by the version in service in this moment."""

    scope = READ
    parameters = (recommendations.limit,)

    @described(
        "userRecommendations",
        "Films for one viewer, each with the ratings that caused it",
        RecommendationsSerializer,
        parameters=parameters,
        headers=[USER],
        problems=["not_found", "no_edition"],
    )
    def get(self, request: Request, reference: str) -> HttpResponseBase:
        most = params.read(request, self.parameters).get("limit", recommendations.LIMIT)
        rater = viewer(request, reference)
        ratings = viewers.taste(rater)
        found = lists.for_ratings(given=ratings, most=most, noted=not rater.test)
        body = RecommendationsSerializer(recommendations.body_of(found, ratings, most)).data
        return Response(body, headers=modified(timezone.now()))
