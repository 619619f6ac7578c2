"""The film itself, piece by piece: a viewer who reads slowly holds nobody up."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.errors import TicketRefused
from catalog.reels import Reel, library
from catalog.reels.ranges import NoSuchPiece, piece
from catalog.selectors import tickets
from catalog.views.viewers import viewer


@require_safe
def reel(request: HttpRequest, pk: int, ticket: str) -> HttpResponseBase:
    """A piece of a film, for whom its address was made; or the front server is told which file to hand out."""
    found = _admitted(request, pk, ticket)
    return found if isinstance(found, HttpResponse) else _own(_answer(request, found), found)


@require_safe
def captions(request: HttpRequest, pk: int, ticket: str, language: str) -> HttpResponseBase:
    """What is said in a film, as WebVTT."""
    found = _admitted(request, pk, ticket)
    if isinstance(found, HttpResponse):
        return found
    if language not in found.captions:
        raise Http404(_("There are no captions in this language."))
    try:
        text = found.captions[language].read_bytes()
    except OSError as error:
        raise Http404(_("There are no captions in this language.")) from error
    return _own(HttpResponse(text, content_type="text/vtt; charset=utf-8"), None)


def _admitted(request: HttpRequest, pk: int, ticket: str) -> Reel | HttpResponse:
    try:
        tickets.admit(ticket, visitor=viewer(request), movie_id=pk, at=timezone.now())
    except TicketRefused as refusal:
        return _own(render(request, "watching/refused.html", {"why": str(refusal), "pk": pk}, status=403), None)
    found = library().reel(pk)
    if found is None:
        raise Http404(_("This film does not lie here."))
    return found


def _answer(request: HttpRequest, found: Reel) -> HttpResponse:
    if settings.REELS["ACCEL"]:
        return HttpResponse(
            headers={"X-Accel-Redirect": f"{settings.REELS['ACCEL']}{found.name}"}, content_type=found.kind
        )
    if request.method == "HEAD":  # a range means something to GET alone
        return HttpResponse(headers={"Content-Length": str(found.size)}, content_type=found.kind)
    try:
        bounds = piece(_range(request, found), found.size, settings.REELS["PIECE"])
    except NoSuchPiece as lacking:
        return HttpResponse(status=416, headers={"Content-Range": str(lacking)})
    if bounds is None:
        return _whole(found)
    start, stop = bounds
    headers = {"Content-Range": f"bytes {start}-{stop - 1}/{found.size}"}
    return HttpResponse(found.read(start, stop), status=206, headers=headers, content_type=found.kind)


def _range(request: HttpRequest, found: Reel) -> str:
    """Return the range asked for, unless it was of other bytes than these (If-Range; we give no dates to compare)."""
    condition = request.headers.get("If-Range")
    return request.headers.get("Range", "") if condition in (None, f'"{found.mark}"') else ""


def _whole(found: Reel) -> HttpResponse:
    if found.size <= settings.REELS["PIECE"]:
        return HttpResponse(found.read(0, found.size), content_type=found.kind)
    words = _("Films are handed out in pieces: ask for a range of bytes, as every browser does.")
    return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")


def _own(response: HttpResponse, found: Reel | None) -> HttpResponse:
    """Say that the answer is one visitor's, and which bytes it is of."""
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    if found and response.status_code < 400:
        response["Accept-Ranges"] = "bytes"
        response["ETag"] = f'"{found.mark}"'
    return response
