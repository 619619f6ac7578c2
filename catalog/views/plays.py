"""What a member watched: what to go on with, what was seen, what was taken out of the row; each change with its way back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.errors import NotRecorded
from catalog.models import Play, User
from catalog.selectors import watching
from catalog.services import plays
from catalog.views.paging import page_of
from catalog.views.private import private, to_login
from catalog.views.rows import thumb_svg

ACTS = {
    "remove": plays.remove,
    "restore": plays.restore,
    "seen": plays.mark_seen,
    "unseen": plays.unmark_seen,
    "forget": plays.forget_one,
}
PER_PAGE = 50


def with_pictures(found: list[Play]) -> list[Play]:
    """Return viewings with the small picture of their film on each."""
    for play in found:
        film = play.movie
        play.thumb_svg = thumb_svg(film.pk, film.title, film.year, film.genre_names)  # type: ignore[attr-defined]
    return found


@require_safe
def watched(request: HttpRequest) -> HttpResponse:
    """All that is kept of what a member watched."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    page = page_of(request, watching.history(request.user), PER_PAGE)
    with_pictures(list(page.object_list))
    context = {"page_obj": page, "plays": page.object_list, "kept": watching.kept(request.user)}
    return private(render(request, "me/watching.html", context))


def act(request: HttpRequest, play_id: int) -> HttpResponse:
    """Take a viewing out of the row or put it back, mark it as seen or take that back, or forget it."""
    back = reverse("me-watching")
    if not isinstance(request.user, User):
        return to_login(request, back)
    doing = request.POST.get("do", "")
    if request.method != "POST" or doing not in ACTS:
        return redirect(back)
    try:
        play = ACTS[doing](by=request.user, play_id=play_id, at=timezone.now())
    except NotRecorded as refusal:
        return _refused(request, back, str(refusal))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{back}#play-{play_id}")
    if not isinstance(play, Play):
        return private(render(request, "_partials/play_gone.html", {"why": _("Deleted for good.")}))
    context = {"play": with_pictures([play])[0], "fragment": True, "full": "full" in request.POST}
    return private(render(request, "_partials/play_row.html", context))


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Delete all that is kept of what a member watched."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("me-watching"))
    if request.POST.get("sure"):
        gone = plays.forget(by=request.user, at=timezone.now())
        messages.success(
            request, _("Deleted: %(gone)s viewings. Nothing of what you watched is kept.") % {"gone": gone}
        )
    else:
        messages.error(request, _("Nothing was deleted: tick the box that says you are sure."))
    return redirect("me-watching")


def _refused(request: HttpRequest, back: str, why: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return private(render(request, "_partials/play_gone.html", {"why": why}, status=422))
    messages.error(request, why)
    return redirect(back)
