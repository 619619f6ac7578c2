"""The API's own description: OpenAPI made from this code, the same as docs/openapi.json."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.http import HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from catalog.api import params
from catalog.api.base import STARTED, PublicView, modified
from catalog.api.errors import Refused
from catalog.api.params import Parameter
from catalog.api.problems import PROBLEMS
from catalog.api.serializers import ProblemSerializer

V = TypeVar("V", bound=Callable[..., Any])
EVERYWHERE = ("bad_parameter", "unknown_parameter", "bad_request", "unknown_version", "not_acceptable", "internal")
WITH_A_KEY = (  # wherever one is asked for
    *("key_in_address", "key_missing", "key_refused", "scope_missing", "rate_limited", "quota_used_up"),
    *("terms_of_source", "unavailable"),
)
BODY = ("too_large", "media_type", "unknown_field", "bad_body")  # wherever one is taken
IDEMPOTENCY = ("idempotency_key_missing", "idempotency_key_in_use", "idempotency_key_taken")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A fresh random text for each thing to do; the same when you repeat it. Answers are kept for 48 hours.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the state that you change: without it 428, and 412 when it was changed since.",
)


class PartnerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "catalog.api.authentication.PartnerKeyAuthentication"
    name = "partnerKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "rmk_…",
            "description": "A partner key, by its scopes.",
        }


def described(
    name: str,
    summary: str,
    body: Any,
    *,
    parameters: Sequence[Parameter] = (),
    problems: Sequence[str] = (),
    public: bool = False,
    sends: Any = None,
    status: int = 200,
    changes: bool = False,
    headers: Sequence[OpenApiParameter] = (),
    tag: str = "",
    answers: str = "",
) -> Callable[[V], V]:
    """Describe a method of a view: bodies, parameters, headers, and every problem it can answer with.

    body: a serializer, None when nothing is answered (204), or one for each status. sends: the body it takes. changes: it
    is no read. tag: its chapter, where the address does not tell it (catalog.api.openapi). answers: the media type of the
    body, where that is not JSON.
    """
    walks = ["unknown_cursor"] if any(parameter.name == "cursor" for parameter in parameters) else []
    told: dict[Any, Any] = dict(body) if isinstance(body, dict) else {(status, answers) if answers else status: body}
    told = {key: one or OpenApiResponse(description="Done.") for key, one in told.items()}
    if sends is None and not changes:
        told[304] = OpenApiResponse(description="You have the present state.")
    told |= _refusals(
        [*EVERYWHERE, *([] if public else WITH_A_KEY), *problems, *walks, *([] if sends is None else BODY)]
    )
    describe = extend_schema(
        operation_id=name,
        summary=summary,
        parameters=[*(parameter.documented() for parameter in parameters), *headers],
        request=sends if isinstance(sends, dict) or not sends else {"application/json": sends},
        responses=told,
        tags=[tag] if tag else None,
    )
    return _marked(name, describe)


def _marked(name: str, describe: Callable[[V], V]) -> Callable[[V], V]:
    """Return the description, which leaves the operation's name on the method: the record of calls names it so."""

    def mark(view: V) -> V:
        made: V = describe(view)
        made.operation = name  # type: ignore[attr-defined]
        return made

    return mark


def _refusals(codes: Sequence[str]) -> dict[Any, Any]:
    """Return what the schema says of these kinds of problem, by status."""
    titles: dict[int, list[str]] = {}
    for code in codes:
        titles.setdefault(PROBLEMS[code].status, []).append(PROBLEMS[code].title)
    return {
        (status, "application/problem+json"): OpenApiResponse(ProblemSerializer, description="; ".join(titles[status]))
        for status in sorted(titles)
    }


class Schema(PublicView):
    """This description."""

    authentication_classes = ()
    permission_classes = ()

    @described("schema", "This description, as OpenAPI", OpenApiTypes.OBJECT, public=True)
    def get(self, request: Request) -> HttpResponse:
        params.read(request, self.parameters)
        return HttpResponse(document(), content_type="application/json", headers=modified(STARTED))


@cache
def document() -> bytes:
    """Return the schema, made once in a process: anyone may ask for it."""
    generator = SchemaGenerator(urlconf="moviesite.urls")  # type: ignore[no-untyped-call]
    schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


@extend_schema(exclude=True)
class Nowhere(PublicView):
    """Every address below /api/v1/ that is none of ours."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Refused("not_found", PROBLEMS["not_found"].meaning)
