"""What became of each line of an import, as a stream."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from catalog.api import params, uploads
from catalog.api.base import PartnerView
from catalog.api.imports import one
from catalog.api.rendering import OrjsonRenderer
from catalog.api.schema import described
from catalog.bulk import folders
from catalog.models import PartnerKey
from catalog.services import imports


class Ndjson(OrjsonRenderer):
    """Lets in who asks for it by name; the rows are JSON already."""

    media_type = uploads.NDJSON


class Result(PartnerView):
    """One line of NDJSON for each line of the file, in its order: line, status, problem."""

    scope = PartnerKey.Scope.RATINGS_READ
    renderer_classes = (OrjsonRenderer, Ndjson)

    @described(
        "importResult",
        "What became of each line",
        OpenApiTypes.STR,
        answers=uploads.NDJSON,
        problems=["not_found", "import_open", "result_gone"],
    )
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        found = one(request, uid)
        paths = imports.results(found, at=timezone.now())
        body: Iterable[bytes] = folders.read(paths) if request.method == "GET" else ()
        size = sum(path.stat().st_size for path in paths)
        headers = {"Content-Length": str(size), "ETag": f'"{found.uid}-{found.segments}"'}
        return StreamingHttpResponse(body, content_type=uploads.NDJSON, headers=headers)
