"""Watching a film: the page with its player, or why not and until when."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Movie, User
from catalog.reels import Reel, library
from catalog.selectors import films, programme, tickets, watching
from catalog.selectors.programme import Showing
from catalog.services import plays, preferences
from catalog.territories import chosen, day_at
from catalog.views.private import private, to_login
from catalog.views.viewers import give, viewer, welcome

SOON = 30  # days: the end of a window is shown when it is as near as that
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "it": "Italiano"}


@require_safe
@csp_replace({"media-src": [SELF]})  # type: ignore[arg-type]  # its types know no address with a number
def watch(request: HttpRequest, pk: int) -> HttpResponse:
    """The film on the screen; where there are no rights, the reason and what can be done."""
    film, now = get_object_or_404(Movie.objects.select_related("standing"), pk=pk), timezone.now()
    shown, found = programme.showing(pk, chosen(request), now), library().reel(pk)
    if shown is None or found is None:
        return _closed(request, film)
    who, number = welcome(request)
    ticket = tickets.issue(visitor=who, movie_id=pk, shown=shown, at=now)
    context = _context(request, film, shown, found) | {"captions": _captions(pk, ticket, found)}
    context["address"] = _address(pk, ticket, context["position"])
    response = private(render(request, "watching/watch.html", context))
    give(response, number)
    return response


def _context(request: HttpRequest, film: Movie, shown: Showing, found: Reel) -> dict[str, Any]:
    play = watching.where(request.user, film.pk)
    over = request.GET.get("from") == "start"
    return {
        "film": film,
        "shown": shown,
        "soon": shown.days_left < SOON,
        "reel": found,
        "notice": library().notice,
        "play": play,
        "position": play.position if play and not over else 0,
        "kept": watching.kept(request.user),
        "section": "watch",
    }


def _address(pk: int, ticket: str, position: int) -> str:
    """Return where the film lies for this visitor; the fragment has any browser begin there, without scripts too."""
    return reverse("reel", args=[pk, ticket]) + (f"#t={position}" if position else "")


def _captions(pk: int, ticket: str, found: Reel) -> list[tuple[str, str, str]]:
    return [
        (code, LANGUAGES.get(code, code), reverse("reel-captions", args=[pk, ticket, code])) for code in found.captions
    ]


def _closed(request: HttpRequest, film: Movie) -> HttpResponse:
    """Say why the film is not shown here: for want of rights, or of a copy."""
    territory, now = chosen(request), timezone.now()
    rights = films.rights(film, territory, day_at(territory, now))
    context = {
        "film": film,
        "rights": rights,
        "alert": watching.awaited(request.user, film.pk, territory),
        "section": "watch",
    }
    return private(render(request, "watching/closed.html", context, status=404 if rights.now else 451))


@require_safe
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """A new address for the player whose own has expired, or the reason why there is none."""
    now, who = timezone.now(), viewer(request)
    film = get_object_or_404(Movie, pk=pk)
    shown = programme.showing(pk, chosen(request), now)
    if shown is None or not who:
        why = _("The rights to this film have ended here.") if who else _("Load the page again.")
        return private(JsonResponse({"why": why}, status=403))
    return private(
        JsonResponse({"address": _address(film.pk, tickets.issue(visitor=who, movie_id=pk, shown=shown, at=now), 0)})
    )


@require_POST
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Note where the visitor is, if they asked for that; the player says it now and then."""
    found = library().reel(pk) if Movie.objects.filter(pk=pk).exists() else None
    said = request.POST.get("position", "")
    if found is None or not (said.isascii() and said.isdigit() and len(said) < 7):
        return JsonResponse({"why": _("position: say where the film is, in whole seconds.")}, status=400)
    if isinstance(request.user, User):
        plays.progress(by=request.user, movie_id=pk, position=int(said), length=found.seconds, at=timezone.now())
    return private(HttpResponse(status=204))


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on, keep what this member watches."""
    get_object_or_404(Movie, pk=pk)
    here = reverse("watch", args=[pk])
    if not isinstance(request.user, User):
        return to_login(request, here)
    preferences.choose(by=request.user, record_plays=True)
    messages.success(
        request, _("From now on we keep where you stop. You can end that, and delete it, among what is yours.")
    )
    return redirect(here)
