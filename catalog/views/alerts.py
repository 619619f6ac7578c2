"""«Tell me when it is back», and what came back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.models import Movie, User
from catalog.selectors import watching
from catalog.services import alerts
from catalog.territories import COUNTRIES, chosen
from catalog.views.private import private, to_login
from catalog.views.rows import thumb_svg


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: how many films came back; asked of the database when a page shows it."""
    return {"unread_notices": lambda: watching.unread(getattr(request, "user", None))}


@require_POST
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Wait for a film where the visitor watches, or wait no longer."""
    film = get_object_or_404(Movie, pk=pk)
    if not isinstance(request.user, User):
        return to_login(request, film.get_absolute_url())
    asked = request.POST.get("territory", "")
    told: dict[str, Any] = {
        "by": request.user,
        "movie_id": pk,
        "territory": asked if asked in COUNTRIES else chosen(request),
    }
    if "off" in request.POST:
        alerts.take_off(**told, at=timezone.now())
        row = None
    else:
        row = alerts.ask(**told, at=timezone.now())
    if request.htmx:  # type: ignore[attr-defined]
        return private(render(request, "_partials/alert.html", {"film": film, "alert": row}))
    if request.POST.get("next") == "notices":
        return redirect("me-notices")
    words = _("You will be told here when it plays.") if row else _("You will not be told of it.")
    messages.success(request, words)
    return redirect(f"{film.get_absolute_url()}#rights")


def notices(request: HttpRequest) -> HttpResponse:
    """The films a member waits for: what came, what is still awaited; a press notes that it was seen."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    if request.method == "POST":
        alerts.read(by=request.user, at=timezone.now())
        return redirect("me-notices")
    found = watching.notices(request.user, timezone.now())
    for row, _shown in found:
        film = row.movie
        row.thumb_svg = thumb_svg(film.pk, film.title, film.year, film.genre_names)  # type: ignore[attr-defined]
    came = [(row, shown) for row, shown in found if row.found_at]
    waiting = [row for row, _shown in found if not row.found_at]
    return private(render(request, "me/notices.html", {"came": came, "waiting": waiting}))
