"""Films a member put away: the list of them, as a page and as files, and the answer to putting one away elsewhere."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from catalog.formats import csv_file, json_file
from catalog.models import Movie, User
from catalog.selectors import tastes
from catalog.views.private import private, to_login
from catalog.views.rows import row

HEADER = ("id", "title", "year", "put_away_at")


def hidden(request: HttpRequest) -> HttpResponse:
    """Everything put away, newest first, each with the way back."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    return private(render(request, "me/hidden.html", _context(request.user)))


def hidden_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file for spreadsheets."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    return private(csv_file("put-away", HEADER, _lines(request.user)))


def hidden_json(request: HttpRequest) -> HttpResponse:
    """The same as a file for programs."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    lines = _lines(request.user)
    return private(json_file({"list": "put-away", "films": len(lines)}, HEADER, lines))


def answered(request: HttpRequest, user: User, film: Movie, did: str) -> HttpResponse | None:
    """Return the answer to a film put away, or taken out again, on its own page or on this list; None for any other."""
    where, back = request.POST.get("from", ""), {"film": film.get_absolute_url() + "#away", "mine": "hidden"}
    if where not in back:
        return None
    if request.htmx and where == "film":  # type: ignore[attr-defined]
        context = {"film": film, "away": did == "hidden", "fragment": True}
        return private(render(request, "_partials/film_away.html", context))
    if request.htmx:  # type: ignore[attr-defined]
        context = _context(user) | {"did": did, "which": film, "fragment": True}
        return private(render(request, "_partials/hidden_list.html", context))
    words = _("«%(title)s» is put away.") if did == "hidden" else _("«%(title)s» may be recommended again.")
    messages.success(request, words % {"title": film.title})
    return redirect(back[where])


def _context(user: User) -> dict[str, Any]:
    away = [(kept.hidden_at, row(kept.movie)) for kept in tastes.hidden_by(user).select_related("movie__standing")]
    return {"away": away, "section": "me"}


def _lines(user: User) -> list[tuple[Any, ...]]:
    kept = tastes.hidden_by(user)
    return [(one.movie_id, one.movie.title, one.movie.year, one.hidden_at.isoformat()) for one in kept]
