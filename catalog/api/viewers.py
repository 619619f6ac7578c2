"""What addresses below /users/{reference} have in common: whom they are of, and which state a change was decided on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import set_response_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import bodies, params
from catalog.api.authentication import key_of
from catalog.api.base import PartnerView, check_match, modified
from catalog.api.errors import Refused
from catalog.api.rendering import rendered
from catalog.models import PartnerKey, Rater
from catalog.moments import moment
from catalog.opaque import MOST_REFERENCE as MOST
from catalog.opaque import REFERENCE
from catalog.selectors import viewers
from catalog.services.viewer_rows import ADDED, AheadOfTime, Kept

NOBODY = "There is no viewer of this name: they are known from their first rating or play on."
NOTHING = "There is none of this viewer for this film."
USER = OpenApiParameter(
    "reference",
    {"type": "string", "minLength": 1, "maxLength": MOST, "pattern": f"^{REFERENCE.pattern}$"},
    OpenApiParameter.PATH,
    description="Your own opaque word for the viewer: letters, digits, . _ ~ - and nothing that tells who they are.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the state that you change, if you mind: 412 when it is another by now, or there is none.",
)


class Reference:
    """A viewer's name in an address."""

    regex = REFERENCE.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def viewer(request: Request, reference: str) -> Rater:
    """Return the viewer. Raises Refused when nobody is known by this name."""
    found = viewers.viewer(key_of(request), reference)
    if found is None:
        raise Refused("not_found", NOBODY)
    return found


def etag_of(body: Mapping[str, Any]) -> str:
    """Return the ETag that reading this body is answered with."""
    answer = HttpResponse(rendered(body))
    set_response_etag(answer)
    return answer["ETag"]


def place(by: str) -> Callable[[Any], list[Any]]:
    """Return what a cursor needs to go on after a row."""
    return lambda row: [getattr(row, by).isoformat(), row.movie_id]


def after(place: Any) -> tuple[datetime, int] | None:
    """Return where a walk goes on, as it was put into the cursor."""
    if place is None:
        return None
    at = moment(place[0])
    assert at is not None
    return at, place[1]


class OfOneFilm(PartnerView):
    """What one viewer did with one film. shape: of it; changed: with what became of a change; moment: its field for when."""

    scope = PartnerKey.Scope.RATINGS_READ
    write_scope = PartnerKey.Scope.RATINGS_WRITE
    http_method_names = ["get", "head", "put", "delete"]
    shape: ClassVar[Any]
    changed: ClassVar[Any]
    moment: ClassVar[str]

    def told(self, request: Request, found: Any) -> Response:
        params.read(request, self.parameters)
        if found is None:
            raise Refused("not_found", NOTHING)
        return Response(self.shape(found).data, headers=modified(found.recorded_at))

    def kept(self, request: Request, body: type[bodies.Body], keep: Callable[..., Kept], **named: Any) -> Response:
        params.read(request, self.parameters)
        given = {self.moment: None} | bodies.read(request, body)
        try:
            kept = keep(by=key_of(request), at=timezone.now(), look=self._look(request), **named, **given)
        except AheadOfTime as error:
            where = f"/{self.moment}"
            fault = {"pointer": where, "code": "bad_value", "detail": f"{where} {error}"}
            raise Refused("bad_body", fault["detail"], [fault]) from error
        return Response(self.changed(kept).data, status=201 if kept.status == ADDED else 200)

    def gone(self, request: Request, take: Callable[..., bool], **named: Any) -> Response:
        params.read(request, self.parameters)
        if not take(by=key_of(request), at=timezone.now(), look=self._look(request), **named):
            raise Refused("not_found", NOTHING)
        return Response(status=204)

    def _look(self, request: Request) -> Callable[[Any], None]:
        """Return what lets a change pass whose If-Match, if it has one, names the state that is there."""

        def look(now: Any) -> None:
            if request.headers.get("If-Match") is None:
                return
            if now is None:
                raise Refused("precondition_failed", "There is none now: send it without If-Match.")
            check_match(request, etag_of(self.shape(now).data))

        return look
