"""Changing what is on a list: moving a film, noting it, taking it off, adding one by its title."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.errors import BadWords, CatalogError
from catalog.models import FilmList, ListEntry, User
from catalog.selectors import films
from catalog.services import entries
from catalog.views import list_pages
from catalog.views.keeping import number
from catalog.views.keeping_forms import EntryForm
from catalog.views.list_pages import PER_PAGE, Gone
from catalog.views.my_lists import mine
from catalog.views.private import private, to_login
from catalog.views.undoing import refuse, say

OFFERED = 8  # films found by a title that are offered to be put on a list


def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what a button of a list asks: up, down or off=entry, add=film. The answer is the list as it is then."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("lists"))
    film_list = mine(request, pk)
    if request.method != "POST":
        return redirect(film_list)
    name = next((name for name in ACTS if name in request.POST), "")
    done: dict[str, Any] = {}
    try:
        done = ACTS[name](request, request.user, film_list) if name else {}
    except CatalogError as refusal:
        refuse(request, refusal)
    if request.htmx:  # type: ignore[attr-defined]
        return _fragment(request, request.user, film_list, done)
    page = done.get("page") or request.POST.get("page", "")
    order = list_pages.order_of(request)
    query = "&".join(
        f"{key}={value}" for key, value in (("order", order), ("page", page)) if value not in ("", "place")
    )
    return redirect(f"{film_list.get_absolute_url()}{f'?{query}' if query else ''}#{done.get('anchor', 'entries')}")


def _fragment(request: HttpRequest, user: User, film_list: FilmList, done: dict[str, Any]) -> HttpResponse:
    page = int(done.get("page") or _asked_page(request))
    context = list_pages.context(request, film_list, user, page=page)
    return private(render(request, "_partials/list_answer.html", context | done))


def _asked_page(request: HttpRequest) -> int:
    asked = request.POST.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _move(request: HttpRequest, user: User, film_list: FilmList, name: str, up: int) -> dict[str, Any]:
    entry_id = number(request.POST[name])
    entry = entries.move_film(entry_id=entry_id, up=up, by=user, at=timezone.now())
    place = film_list.entries.filter(position__lte=entry.position).count()
    say(request, _("%(film)s is at place %(place)s now.") % {"film": entry.title, "place": place})
    return {"anchor": f"entry-{entry_id}", "page": (place - 1) // PER_PAGE + 1}


def _up(request: HttpRequest, user: User, film_list: FilmList) -> dict[str, Any]:
    return _move(request, user, film_list, "up", 1)


def _down(request: HttpRequest, user: User, film_list: FilmList) -> dict[str, Any]:
    return _move(request, user, film_list, "down", -1)


def _off(request: HttpRequest, user: User, film_list: FilmList) -> dict[str, Any]:
    entry_id = number(request.POST["off"])
    removal = entries.take_off(entry_id=entry_id, by=user, at=timezone.now())
    beside = None if request.htmx else removal  # type: ignore[attr-defined]  # the fragment has its own way back in place
    say(request, _("%(film)s is off the list.") % {"film": removal.payload["entry"]["title"]}, beside)
    above = number(request.POST.get(f"row-{entry_id}", "0"))
    return {"gone": Gone(removal, above)}


def _add(request: HttpRequest, user: User, film_list: FilmList) -> dict[str, Any]:
    entry, new = entries.add_film(
        list_id=film_list.pk, movie_id=number(request.POST["add"]), by=user, at=timezone.now()
    )
    words = _("%(film)s is on the list.") if new else _("%(film)s was on the list already.")
    say(request, words % {"film": entry.title})
    place = film_list.entries.filter(position__lte=entry.position).count()
    return {"anchor": f"entry-{entry.pk}", "page": (place - 1) // PER_PAGE + 1}


ACTS = {"up": _up, "down": _down, "off": _off, "add": _add}


def one(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """The place of a film on a list, and the note beside it."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    film_list = mine(request, pk)
    found = get_object_or_404(ListEntry, pk=entry, list=film_list)
    place = film_list.entries.filter(position__lte=found.position).count()
    form = EntryForm(request.POST or None, initial={"place": place, "note": found.note})
    if request.method == "POST" and form.is_valid() and _change(request.user, found, place, form):
        say(request, _("%(film)s is changed.") % {"film": found.title})
        return redirect(f"{film_list.get_absolute_url()}#entry-{found.pk}")
    context = {"section": "me", "list": film_list, "entry": found, "form": form}
    return private(render(request, "me/list_entry.html", context, status=422 if form.errors else 200))


def _change(user: User, entry: ListEntry, place: int, form: EntryForm) -> bool:
    asked = form.cleaned_data
    to = asked["place"] if asked["place"] != place else None
    try:
        entries.change_film(entry_id=entry.pk, note=asked["note"], place=to, by=user, at=timezone.now())
    except BadWords as refusal:
        form.refuse(refusal)
    except CatalogError as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Films by title, each with a button that puts it on the list."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    film_list, query = mine(request, pk), request.GET.get("q", "").strip()
    found = list(films.search(query)[:OFFERED])
    here = set(film_list.entries.filter(movie__in=found).values_list("movie_id", flat=True))
    context = {"section": "me", "list": film_list, "query": query, "found": [(film, film.pk in here) for film in found]}
    part = request.htmx  # type: ignore[attr-defined]
    return private(render(request, "_partials/list_offer.html" if part else "me/list_offer.html", context))
