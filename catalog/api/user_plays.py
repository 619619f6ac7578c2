"""What a partner's viewers watched to the end."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from catalog.api import pagination, params
from catalog.api.base import PartnerView, modified
from catalog.api.schema import described
from catalog.api.user_shapes import PlayBody, PlayedSerializer, PlaySerializer, PlaysSerializer
from catalog.api.viewers import IF_MATCH, USER, OfOneFilm, after, place, viewer
from catalog.models import PartnerKey
from catalog.selectors import viewers
from catalog.services import viewer_plays


class UserPlays(PartnerView):
    """Films that one viewer watched to the end."""

    scope = PartnerKey.Scope.RATINGS_READ
    parameters = (params.limit, params.cursor)

    @described(
        "userPlays",
        "Films that one viewer watched to the end",
        PlaysSerializer,
        parameters=parameters,
        headers=[USER],
        problems=["not_found"],
    )
    def get(self, request: Request, reference: str) -> HttpResponseBase:
        here = pagination.walk(request, params.read(request, self.parameters))
        found = viewers.plays(viewer(request, reference), after(here.after), here.limit + 1)
        page = pagination.page(request, here, found, place("watched_at"))
        return pagination.listed(page, lambda play: PlaySerializer(play).data, modified(timezone.now()))


class UserPlay(OfOneFilm):
    """That one viewer watched one film to the end."""

    shape, changed, moment = PlaySerializer, PlayedSerializer, "watched_at"

    @described("userPlay", "One play", PlaySerializer, headers=[USER], problems=["not_found"])
    def get(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        return self.told(request, viewers.play(viewer(request, reference), number))

    @described(
        "playMovie",
        "Say that a viewer watched a film to its end, or when",
        {200: PlayedSerializer, 201: PlayedSerializer},
        sends=PlayBody,
        headers=[USER, IF_MATCH],
        problems=["not_found", "precondition_failed"],
    )
    def put(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        return self.kept(request, PlayBody, viewer_plays.watched, reference=reference, movie_id=number)

    @described(
        "forgetPlay",
        "Take a play back",
        None,
        status=204,
        changes=True,
        headers=[USER, IF_MATCH],
        problems=["not_found", "precondition_failed"],
    )
    def delete(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        return self.gone(request, viewer_plays.forget, reference=reference, movie_id=number)
