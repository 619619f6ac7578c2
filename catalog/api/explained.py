"""The kinds of problem, for programs as JSON; a browser that asks sees them as a page at the same address."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import params
from catalog.api.base import STARTED, PublicView, modified
from catalog.api.errors import Refused
from catalog.api.problems import PROBLEMS
from catalog.api.rendering import OrjsonRenderer
from catalog.api.schema import described
from catalog.api.serializers import ProblemKind


class PageRenderer(BaseRenderer):
    """The same in the site's frame, for who asks for HTML and names no JSON."""

    media_type = "text/html"
    format = "html"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> str:
        context = dict(renderer_context or {})
        shown = {"kinds": data.get("data", [data]), "one": "data" not in data}
        return render_to_string("api/problems.html", shown, request=context["request"]._request)


class ProblemKindsSerializer(serializers.Serializer[Any]):
    data = ProblemKind(many=True)  # type: ignore[assignment]


class _Explained(PublicView):
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (OrjsonRenderer, PageRenderer)


class ProblemKinds(_Explained):
    """Every kind of problem."""

    @described("problems", "Every kind of problem, explained", ProblemKindsSerializer, public=True)
    def get(self, request: Request) -> Response:
        params.read(request, self.parameters)
        return Response({"data": [_told(code) for code in PROBLEMS]}, headers=modified(STARTED))


class ProblemPage(_Explained):
    """What a problem's `type` leads to."""

    @described("problem", "One kind of problem, explained", ProblemKind, problems=["not_found"], public=True)
    def get(self, request: Request, code: str) -> Response:
        params.read(request, self.parameters)
        if code not in PROBLEMS:
            raise Refused("not_found", "There is no such kind of problem.")
        return Response(_told(code), headers=modified(STARTED))


def _told(code: str) -> dict[str, Any]:
    kind = PROBLEMS[code]
    return {"code": code, "status": kind.status, "title": kind.title, "meaning": kind.meaning, "remedy": kind.remedy}
