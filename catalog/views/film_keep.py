"""A film's own page: the watchlist, the lists it is on, the days it was seen."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.errors import BadWords, CatalogError
from catalog.models import Movie, User, Viewing
from catalog.selectors import kept
from catalog.services import diary, entries
from catalog.views.here import day_here
from catalog.views.keeping import number, pressed
from catalog.views.keeping_forms import ViewingForm
from catalog.views.private import private, to_login
from catalog.views.undoing import back_to, refuse, say


def film_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """What a member keeps of one film. A post changes one thing and answers with the panel, or leads back to the film."""
    film = get_object_or_404(Movie, pk=pk)
    if not isinstance(request.user, User):
        return to_login(request, film.get_absolute_url())
    form = ViewingForm(request.POST if "see" in request.POST else None)
    if request.method == "POST":
        _act(request, request.user, film, form)
        if not request.htmx and not form.errors:  # type: ignore[attr-defined]
            return back_to(request, film.get_absolute_url(), "keep")
    context = {"film": film, "section": "me", **panel(request, film, form if form.errors else None)}
    if request.htmx:  # type: ignore[attr-defined]
        asked = next((name for name in ACTS if name in request.POST), "")
        return private(render(request, "_partials/keep_answer.html", context | {"did": asked}, status=_status(form)))
    return private(render(request, "me/film.html", context, status=_status(form)))


def panel(request: HttpRequest, film: Movie, form: ViewingForm | None = None) -> dict[str, Any]:
    """Return what the panel of a film's page shows; nothing for a stranger."""
    user = request.user
    if not isinstance(user, User):
        return {}
    found = list(kept.lists_with(user, film.pk))
    return {
        "on_watchlist": film.pk in kept.on_watchlist(user),
        "my_lists": found,
        "on_lists": [one for one in found if one.entry],  # type: ignore[attr-defined]
        "viewings": Viewing.objects.filter(user=user, movie=film).told_again().newest_first(),
        "viewing_form": form or ViewingForm(initial={"seen_on": day_here(request)}),
    }


def _act(request: HttpRequest, user: User, film: Movie, form: ViewingForm) -> None:
    """Do what one button of the panel asks, and say so, or why not."""
    try:
        for name, act in ACTS.items():
            if name in request.POST:
                act(request, user, film, form)
    except BadWords as refusal:
        form.refuse(refusal)
        if not form.errors:
            refuse(request, refusal)
    except CatalogError as refusal:
        refuse(request, refusal)


def _watchlist(request: HttpRequest, user: User, film: Movie, form: ViewingForm) -> None:
    pressed(request, user, film)


def _add(request: HttpRequest, user: User, film: Movie, form: ViewingForm) -> None:
    entry, _new = entries.add_film(list_id=number(request.POST["add"]), movie_id=film.pk, by=user, at=timezone.now())
    say(request, _("%(film)s is on “%(list)s”.") % {"film": film, "list": entry.list.name})


def _off(request: HttpRequest, user: User, film: Movie, form: ViewingForm) -> None:
    removal = entries.take_off(entry_id=number(request.POST["off"]), by=user, at=timezone.now())
    say(request, _("%(film)s is off the list.") % {"film": film}, removal)


def _new(request: HttpRequest, user: User, film: Movie, form: ViewingForm) -> None:
    """Make a list with this film as its first."""
    now = timezone.now()
    entry = entries.start_list(title=request.POST.get("title", ""), movie_id=film.pk, by=user, at=now)
    say(request, _("The list “%(list)s” was made with %(film)s on it.") % {"film": film, "list": entry.list.name})


def _see(request: HttpRequest, user: User, film: Movie, form: ViewingForm) -> None:
    if form.is_valid():
        diary.note_viewing(movie_id=film.pk, by=user, at=timezone.now(), **form.kept())
        say(request, _("%(film)s is in your diary.") % {"film": film})


ACTS = {"keep": _watchlist, "drop": _watchlist, "add": _add, "off": _off, "new": _new, "see": _see}


def _status(form: ViewingForm) -> int:
    return 422 if form.errors else 200
