"""A member's lists: all of them, one with its films, its words, its link, and taking it away."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import BadWords, CatalogError
from catalog.formats import csv_file, json_file
from catalog.models import FilmList, User
from catalog.selectors import kept
from catalog.services import lists
from catalog.views import list_pages
from catalog.views.keeping_forms import ListForm
from catalog.views.private import private, to_login
from catalog.views.undoing import refuse, say

HEADER = ("list", "title", "films", "seen", "visibility", "made", "changed", "note")


def index(request: HttpRequest, ending: str = "") -> HttpResponse:
    """All lists of a member, and a form for another; as a file with an ending."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    found = kept.lists_of(request.user)
    if ending:
        return private(_file(found, ending))
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _do(request, form, lambda: lists.make_list(by=_user(request), at=timezone.now(), **form.cleaned_data))
        if made is not None:
            say(request, _("The list was made. Films are put on it from their own pages, or below by title."))
            return redirect(made)
    context = {"section": "me", "lists": found, "form": form, "watchlist": _watchlist(request.user)}
    return private(render(request, "me/lists.html", context, status=422 if form.errors else 200))


def _file(found: Iterable[Any], ending: str) -> HttpResponse:
    lines = [
        (one.pk, one.title, one.films, one.seen or 0, one.visibility, one.made_at, one.changed_at, one.note)
        for one in found
    ]
    return csv_file("lists", HEADER, lines) if ending == "csv" else json_file({"lists": len(lines)}, HEADER, lines)


def watchlist(request: HttpRequest, ending: str = "") -> HttpResponse:
    """The watchlist."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    return list_pages.answer(request, kept.watchlist(request.user), request.user, ending)


def one(request: HttpRequest, pk: int, ending: str = "") -> HttpResponse:
    """One list with its films."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    found = mine(request, pk)
    if found.is_watchlist:
        return redirect(found)
    return list_pages.answer(request, found, request.user, ending)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A list's title, note and way of counting."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    found = mine(request, pk)
    words = {"title": found.name, "note": found.note, "numbered": found.numbered}
    form = ListForm(request.POST or None, initial=words)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        if _do(request, form, lambda: lists.change_list(list_id=pk, by=_user(request), at=now, **form.cleaned_data)):
            say(request, _("The list is changed."))
            return redirect(found)
    context = {"section": "me", "list": found, "form": form}
    return private(render(request, "me/list_edit.html", context, status=422 if form.errors else 200))


@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a list a link (or another one), or take its link away."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("lists"))
    found, now = mine(request, pk), timezone.now()
    if "close" in request.POST:
        lists.unshare_list(list_id=found.pk, by=request.user, at=now)
        say(request, _("The link leads nowhere any more: only you see this list."))
    else:
        lists.share_list(list_id=found.pk, by=request.user, at=now)
        say(request, _("Whoever has the link below sees this list, and nothing else of you."))
    return redirect(f"{found.get_absolute_url()}#share")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a list away, with the way back."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("lists"))
    try:
        removal = lists.delete_list(list_id=mine(request, pk).pk, by=request.user, at=timezone.now())
    except CatalogError as refusal:
        refuse(request, refusal)
    else:
        say(request, _("The list “%(list)s” was taken away.") % {"list": removal.what}, removal)
    return redirect("lists")


def mine(request: HttpRequest, pk: int) -> FilmList:
    """Return a member's own list. Raises Http404 for another's as for none."""
    return get_object_or_404(FilmList, pk=pk, user=_user(request))


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _watchlist(user: User) -> dict[str, Any]:
    found = kept.watchlist(user)
    return {"list": found, "progress": kept.progress(found, user)}


def _do(request: HttpRequest, form: ListForm, act: Callable[[], FilmList]) -> FilmList | None:
    """Do what a form asks; None when it was refused, and then the form or the messages say why."""
    try:
        return act()
    except BadWords as refusal:
        form.refuse(refusal)
    except CatalogError as refusal:
        form.add_error(None, str(refusal))
    return None
