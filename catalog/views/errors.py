"""Error pages: what went wrong and what to do, in the words of a person."""

from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404

from catalog.selectors import lost
from catalog.views.rows import rows


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Our own refusals are sentences for the visitor; what Django found suspicious is not."""
    why = str(exception) if isinstance(exception, BadRequest) else ""
    return render(request, "400.html", {"why": why}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"csrf": True}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A view's Http404 may say what was not found; Django's own names models and patterns, which help nobody here.

    Films whose titles are near to the address are offered; a film that was taken out is said to be gone (410).
    """
    try:
        gone = lost.removed(request.path)
        context = {"gone": gone, "near": rows(lost.near(request.path)), "words": lost.words(request.path)}
    except DatabaseError:
        gone, context = None, {}
    if gone:
        return render(request, "410.html", context, status=410)
    ours = isinstance(exception, Http404) and not isinstance(exception, Resolver404)
    why = str(exception) if ours and "matches the given query" not in str(exception) else ""
    return render(request, "404.html", {**context, "why": why}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
