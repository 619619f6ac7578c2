"""Saying what was done, with the way back; and going back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError
from catalog.models import FilmList, ListEntry, Rating, Removal, User, Viewing
from catalog.models.removals import KEPT
from catalog.selectors import kept
from catalog.services import undo as services
from catalog.views.paging import page_of
from catalog.views.private import private, to_login

PER_PAGE = 50


def say(request: HttpRequest, words: str, removal: Removal | None = None) -> None:
    """Tell the visitor what was done; with a removal, a button beside it undoes it."""
    messages.success(request, words, extra_tags=f"undo-{removal.pk}" if removal else "")


def refuse(request: HttpRequest, refusal: CatalogError) -> None:
    """Tell the visitor why something was not done."""
    messages.error(request, str(refusal))


def back_to(request: HttpRequest, otherwise: str, anchor: str = "") -> HttpResponseRedirect:
    """Lead back to the page a form came from, when it is one of ours; else to another address."""
    address = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        address = otherwise
    return HttpResponseRedirect(address.partition("#")[0] + (f"#{anchor}" if anchor else ""))


def toast(request: HttpRequest, body: str = "", status: int = 200) -> HttpResponse:
    """Answer htmx with a fragment, and out of band with what there is to say."""
    return private(render(request, "_partials/toast.html", {"body": body}, status=status))


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back what was taken away, and lead to it."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("removed"))
    try:
        done = services.undo(removal_id=pk, by=request.user, at=timezone.now())
    except CatalogError as refusal:
        refuse(request, refusal)
        return back_to(request, reverse("removed"))
    say(request, _("It is back: %(what)s.") % {"what": done.what})
    return _to_row(request, done.row)


def _to_row(request: HttpRequest, row: Any) -> HttpResponse:
    if isinstance(row, FilmList):
        return redirect(row)
    if isinstance(row, Viewing):
        return back_to(request, reverse("diary"), f"line-{row.pk}")
    if isinstance(row, Rating):
        return back_to(
            request, row.movie.get_absolute_url(), "" if "/for-you" in request.POST.get("next", "") else "rating"
        )
    anchor = f"film-{row.movie_id}" if "/me/" not in request.POST.get("next", "") else f"entry-{row.pk}"
    return back_to(request, _page_of(row), anchor)


def _page_of(entry: ListEntry) -> str:
    return str(entry.list.get_absolute_url())


def removed(request: HttpRequest) -> HttpResponse:
    """What a member took away in the last month, each with its way back."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    page = page_of(request, kept.removals_of(request.user), PER_PAGE)
    context = {"section": "me", "page_obj": page, "days": KEPT.days, "querystring": ""}
    return private(render(request, "me/removed.html", context))
