"""Errors outside any view: a page for people, a problem document under /api/."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from catalog.views import errors

Handler = Callable[..., HttpResponse]


def _by_address(page: Handler, status: int, code: str) -> Handler:
    """Return a handler that answers with the page, or with the problem of this code."""

    def handler(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return page(request, *args, **kwargs)
        from catalog.api.errors import problem_response  # noqa: PLC0415 — DRF is loaded for its own paths only
        from catalog.api.problems import PROBLEMS  # noqa: PLC0415

        return problem_response(request, status, code, PROBLEMS[code].meaning)

    return handler


def too_many(request: HttpRequest) -> HttpResponse:
    """allauth's own limits do not say how long they last; a minute is their window."""
    from moviesite.attempts import too_many as page  # noqa: PLC0415 — needs the models

    return page(request, 60)


bad_request = _by_address(errors.bad_request, 400, "bad_request")
forbidden = _by_address(errors.forbidden, 403, "scope_missing")
not_found = _by_address(errors.not_found, 404, "not_found")
broken = _by_address(errors.broken, 500, "internal")
