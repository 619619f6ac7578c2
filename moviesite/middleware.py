"""What every request passes: an id, a check of its address, and the admin's looser script policy."""

import hashlib
import re
import uuid
from collections.abc import Callable
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalog.errors import NotPublishable
from catalog.selectors.sources import check_publishable
from catalog.views.private import private
from catalog.words import UNPRINTABLE

Next = Callable[[HttpRequest], HttpResponse]

MOST_QUERY = 8 * 1024
MOST_PARAMETERS = 100

TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}')
SESSION = re.compile("[a-z0-9]{32}")


class RequestId:
    """Give each request an id, shown in errors and sent back as X-Request-Id."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class Compress(GZipMiddleware):
    """Compress what is text. Pictures and films are compressed already, and a part of a file must stay that part."""

    TEXT: tuple[str, ...] = (
        *("text/", "image/svg+xml", "application/javascript", "application/xml", "application/json"),
        *("application/x-ndjson", "application/problem+json", "application/opensearchdescription+xml"),
    )

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "")
        if response.status_code == 206 or not kind.startswith(self.TEXT):
            return response
        return super().process_response(request, response)


class Conditional(ConditionalGetMiddleware):
    """304 for a page that is as it was: the mask of its forms' tokens, new each time, is no part of its ETag."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if (
            request.method == "GET"
            and isinstance(response, HttpResponse)
            and self.needs_etag(response)
            and "ETag" not in response
        ):
            body, secret = TOKEN.sub(b"", response.content), request.META.get("CSRF_COOKIE") or ""
            response["ETag"] = f'"{hashlib.sha256(secret.encode() + body).hexdigest()[:32]}"'
        return super().process_response(request, response)


class CleanInput:
    """Refuse addresses that no page could mean: control characters, endless queries."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        if session is not None and not SESSION.fullmatch(session):
            del request.COOKIES[
                settings.SESSION_COOKIE_NAME
            ]  # no session of ours; PostgreSQL would choke on a NUL in it
        why = self._fault(request)
        return self._refuse(request, why) if why else self.get_response(request)

    def _fault(self, request: HttpRequest) -> str:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > MOST_QUERY:
            return _("The query is longer than %(most)s characters.") % {"most": MOST_QUERY}
        if query.count("&") >= MOST_PARAMETERS:
            return _("The query has more than %(most)s parameters.") % {"most": MOST_PARAMETERS}
        if UNPRINTABLE.search(request.path) or UNPRINTABLE.search(unquote_plus(query, errors="surrogateescape")):
            return _("The address holds characters that no page can have.")
        return ""

    def _refuse(self, request: HttpRequest, why: str) -> HttpResponse:
        if request.path.startswith("/api/"):
            return _problem(request, 400, "bad_request", why)
        return render(request, "400.html", {"why": why}, status=400)


class Private:
    """What a member sees names them: no shared cache may keep it, whichever view made it, unless that said otherwise."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and "Cache-Control" not in response and request.user.is_authenticated:
            private(response)
        return response


class Terms:
    """Show no data whose source forbids it here, unless settings say that the permission is held."""

    OPEN = (
        "/data",
        "/how",
        "/privacy",
        "/accessibility",
        "/terms",
        "/healthz",
        "/admin/",
        "/accounts/",
        "/static/",
        "/territory",
        "/language",
        "/robots.txt",
        "/opensearch.xml",
        "/.well-known/",
        "/card.png",
        "/developers",
        "/getting_started.",
        "/llms.txt",
        "/api/docs",
        "/api/v1/schema",
        "/api/v1/problems",
    )

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MAY_PUBLISH_NON_COMMERCIAL or request.path.startswith(self.OPEN):
            return self.get_response(request)
        try:
            check_publishable()
        except NotPublishable as refusal:
            if request.path.startswith("/api/"):
                return _problem(request, 451, "terms_of_source", str(refusal))
            return render(request, "451.html", {"why": str(refusal)}, status=451)
        return self.get_response(request)


class AdminPolicy:
    """Relax the script policy under /admin/ alone: its theme evaluates expressions and sets inline styles."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_update = {  # type: ignore[attr-defined]
                "script-src": ["'unsafe-eval'"],
                "style-src": ["'unsafe-inline'"],
            }
        return response


def _problem(request: HttpRequest, status: int, code: str, why: str) -> HttpResponse:
    from catalog.api.errors import problem_response  # noqa: PLC0415 — DRF is loaded for its own paths only

    return problem_response(request, status, code, why)
