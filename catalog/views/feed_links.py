"""Secret addresses for programs: made, renewed, taken away, and shown to their member."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError
from catalog.models import FeedLink, User
from catalog.services import feed_links
from catalog.views.private import to_login
from catalog.views.undoing import back_to, refuse, say

PAGES = {FeedLink.Kind.DIARY: "diary", FeedLink.Kind.LEAVING: "watchlist"}
NAMES = {FeedLink.Kind.DIARY: "feed-diary", FeedLink.Kind.LEAVING: "feed-leaving"}


@require_POST
def change(request: HttpRequest, kind: str) -> HttpResponse:
    """Make or renew a secret address, or take it away."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("diary"))
    now = timezone.now()
    try:
        if "close" in request.POST:
            feed_links.close_link(kind=kind, by=request.user, at=now)
            say(request, _("The address leads nowhere any more."))
        else:
            feed_links.open_link(kind=kind, by=request.user, at=now)
            say(request, _("Whoever has the address below can read it: give it to your own programs only."))
    except CatalogError as refusal:
        refuse(request, refusal)
        return redirect("diary")
    return back_to(request, reverse(PAGES[FeedLink.Kind(kind)]), "feed")


def address_of(request: HttpRequest, kind: str) -> str:
    """Return the whole secret address of one kind that the visitor has, or nothing."""
    if not isinstance(request.user, User):
        return ""
    token = FeedLink.objects.filter(user=request.user, kind=kind).values_list("token", flat=True).first()
    return request.build_absolute_uri(reverse(NAMES[FeedLink.Kind(kind)], args=[token])) if token else ""
