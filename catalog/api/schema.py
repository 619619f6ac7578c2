"""The API's own description: OpenAPI made from this code, and the kinds of problem."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.http import HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import params
from catalog.api.base import PublicView
from catalog.api.errors import Refused
from catalog.api.params import Parameter
from catalog.api.problems import PROBLEMS
from catalog.api.serializers import ProblemKind, ProblemSerializer

V = TypeVar("V", bound=Callable[..., Any])
ALWAYS = (  # whatever the address
    "bad_parameter",
    "key_missing",
    "scope_missing",
    "not_acceptable",
    "rate_limited",
    "terms_of_source",
    "internal",
    "unavailable",
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
) -> Callable[[V], V]:
    """Describe a view's get, or its post of what it sends: bodies, parameters, and every problem it can answer with."""
    codes = problems if public else (*ALWAYS, *problems)
    answers: dict[Any, Any] = {200: body}
    if sends is None:
        answers[304] = OpenApiResponse(description="You have the present state.")
    for status in sorted({PROBLEMS[code].status for code in codes}):
        titles = "; ".join(PROBLEMS[code].title for code in codes if PROBLEMS[code].status == status)
        answers[status, "application/problem+json"] = OpenApiResponse(ProblemSerializer, description=titles)
    documented = [parameter.documented() for parameter in parameters]
    asked = {"application/json": sends} if sends else None
    return extend_schema(operation_id=name, summary=summary, parameters=documented, request=asked, responses=answers)


class Schema(PublicView):
    """This description."""

    authentication_classes = ()
    permission_classes = ()

    @described("schema", "This description, as OpenAPI", OpenApiTypes.OBJECT, public=True)
    def get(self, request: Request) -> HttpResponse:
        params.read(request, self.parameters)
        return HttpResponse(_document(), content_type="application/json")


@cache
def _document() -> bytes:
    """Return the schema, made once in a process: anyone may ask for it."""
    generator = SchemaGenerator(urlconf="moviesite.urls")  # type: ignore[no-untyped-call]
    schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, ensure_ascii=False, indent=1).encode()


class ProblemPage(PublicView):
    """What a problem's `type` leads to."""

    authentication_classes = ()
    permission_classes = ()

    @described("problem", "One kind of problem, explained", ProblemKind, problems=["not_found"], public=True)
    def get(self, request: Request, code: str) -> Response:
        params.read(request, self.parameters)
        if code not in PROBLEMS:
            raise Refused("not_found", "There is no such kind of problem.")
        kind = PROBLEMS[code]
        return Response(
            {"code": code, "status": kind.status, "title": kind.title, "meaning": kind.meaning, "remedy": kind.remedy}
        )


@extend_schema(exclude=True)
class Nowhere(PublicView):
    """Every address below /api/v1/ that is none of ours."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Refused("not_found", PROBLEMS["not_found"].meaning)
