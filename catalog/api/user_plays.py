"""What a partner's viewers watched to the end."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import bodies, pagination, params
from catalog.api.authentication import key_of
from catalog.api.base import PartnerView
from catalog.api.errors import Refused
from catalog.api.schema import described
from catalog.api.user_shapes import PlayBody, PlayedSerializer, PlaySerializer, PlaysSerializer
from catalog.api.viewers import IF_MATCH, NOTHING, USER, after, in_time, look_for, place, viewer
from catalog.models import PartnerKey
from catalog.selectors import viewers
from catalog.services import viewer_plays
from catalog.services.viewer_ratings import ADDED


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
        return pagination.listed(page, lambda play: PlaySerializer(play).data, {})


class UserPlay(PartnerView):
    """That one viewer watched one film to the end."""

    scope = PartnerKey.Scope.RATINGS_READ
    write_scope = PartnerKey.Scope.RATINGS_WRITE
    http_method_names = ["get", "head", "put", "delete"]

    @described("userPlay", "One play", PlaySerializer, headers=[USER], problems=["not_found"])
    def get(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        found = viewers.play(viewer(request, reference), number)
        if found is None:
            raise Refused("not_found", NOTHING)
        return Response(PlaySerializer(found).data)

    @described(
        "playMovie",
        "Say that a viewer watched a film to its end, or when",
        {200: PlayedSerializer, 201: PlayedSerializer},
        sends=PlayBody,
        headers=[USER, IF_MATCH],
        problems=["not_found", "precondition_failed"],
    )
    def put(self, request: Request, reference: str, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        given = bodies.read(request, PlayBody)
        told = in_time(
            "watched_at",
            lambda: viewer_plays.watched(
                by=key_of(request),
                reference=reference,
                movie_id=number,
                watched_at=given.get("watched_at"),
                at=timezone.now(),
                look=look_for(request, PlaySerializer),
            ),
        )
        return Response(PlayedSerializer(told).data, status=201 if told.status == ADDED else 200)

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
        params.read(request, self.parameters)
        gone = viewer_plays.forget(
            by=key_of(request), reference=reference, movie_id=number, look=look_for(request, PlaySerializer)
        )
        if not gone:
            raise Refused("not_found", NOTHING)
        return Response(status=204)
