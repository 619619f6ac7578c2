"""A list that its member shared by a link: what whoever holds the link sees, and taking a copy."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError, NotKept
from catalog.models import FilmList, User
from catalog.selectors import kept
from catalog.services import lists
from catalog.territories import chosen
from catalog.views import list_pages
from catalog.views.here import day_here
from catalog.views.paging import page_of
from catalog.views.private import private, to_login
from catalog.views.undoing import refuse, say

PER_PAGE = 100


def shared(request: HttpRequest, token: str, ending: str = "") -> HttpResponse:
    """The list behind a link, or as a file with an ending. It says nothing of who made it."""
    found = _shared(token)
    if ending:
        return _unlisted(private(list_pages.file(request, found, ending)))
    entries = kept.entries(found, chosen(request), day_here(request))
    page = page_of(request, entries, PER_PAGE)
    user = request.user
    context: dict[str, Any] = {
        "list": found,
        "section": "shared-list",
        "page_obj": page,
        "querystring": "",
        "rows": list_pages.entry_rows(page.object_list, user, day_here(request)),
        "progress": kept.progress(found, user) if isinstance(user, User) else None,
        "own": isinstance(user, User) and found.user_id == user.pk,
    }
    return _unlisted(private(render(request, "catalog/shared_list.html", context)))


@require_POST
def clone(request: HttpRequest, token: str) -> HttpResponse:
    """Copy the list behind a link into one's own."""
    found = _shared(token)
    if not isinstance(request.user, User):
        return to_login(request, request.path.removesuffix("/clone"))
    try:
        mine = lists.clone_list(token=found.token, by=request.user, at=timezone.now())
    except NotKept as gone:
        raise Http404(str(gone)) from gone
    except CatalogError as refusal:
        refuse(request, refusal)
        return redirect("shared-list", token)
    say(request, _("This copy is yours: change it as you like, nobody else sees it."))
    return redirect(mine)


def _shared(token: str) -> FilmList:
    found = kept.shared(token)
    if found is None:
        raise Http404(_("This link leads to no list any more: it was taken away, or another was made."))
    return found


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Tell search engines to leave a page out, and browsers not to tell other sites where it is."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
