"""Keeping a film for later: one press wherever it is listed, and another takes it off again."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError
from catalog.models import Movie, User
from catalog.selectors import kept
from catalog.services import watchlist
from catalog.templatetags.keeping import button
from catalog.views.private import to_login
from catalog.views.undoing import back_to, refuse, say, toast


@require_POST
def press(request: HttpRequest) -> HttpResponse:
    """Put a film on the watchlist (keep=number), or take it off (drop=number); the answer is its button."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("watchlist"))
    film = _film(request.POST.get("keep") or request.POST.get("drop"))
    on = pressed(request, request.user, film)
    if request.htmx:  # type: ignore[attr-defined]
        return toast(request, button(film.pk, escape(film.title), on, oob=True))
    return back_to(request, reverse("watchlist"), f"film-{film.pk}")


def pressed(request: HttpRequest, user: User, film: Movie) -> bool:
    """Do it, say so, and return whether the film is on the watchlist now."""
    now = timezone.now()
    try:
        if "drop" in request.POST:
            removal = watchlist.drop(movie_id=film.pk, by=user, at=now)
            say(request, _("%(film)s is off your watchlist.") % {"film": film}, removal)
            return False
        watchlist.keep_for_later(movie_id=film.pk, by=user, at=now)
        say(request, _("%(film)s is on your watchlist.") % {"film": film})
    except CatalogError as refusal:
        refuse(request, refusal)
        return film.pk in kept.on_watchlist(user)
    return True


def _film(asked: str | None) -> Movie:
    """Return the film of a number as a form gives it. Raises Http404."""
    return get_object_or_404(Movie, pk=number(asked))


def number(asked: Any) -> int:
    """Return a row's number as a form gives it; one that is none leads nowhere. Raises Http404."""
    text = str(asked or "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404(_("There is nothing of this number."))
    return int(text)
