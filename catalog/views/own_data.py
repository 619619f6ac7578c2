"""What a member keeps here, to take away as a file, and to clear away part by part."""

from tempfile import SpooledTemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from catalog.errors import CatalogError
from catalog.models import Move, User
from catalog.moving.writing import write
from catalog.selectors import moves as move_reads
from catalog.selectors import own_data as reads
from catalog.services import moves
from catalog.views.leaving import LeaveForm
from catalog.views.private import private, to_login

IN_MEMORY = 5 * 2**20
PARTS = {
    "ratings": (
        Move.Part.RATINGS,
        gettext_lazy("Delete all my ratings"),
        gettext_lazy(
            "Every rating you gave is taken back, and the films’ votes are counted without them. Earlier values stay in "
            "the history that sets of data are made from, under a number, until you delete your account."
        ),
    ),
    "history": (
        Move.Part.HISTORY,
        gettext_lazy("Delete my diary and what I watched"),
        gettext_lazy(
            "Every line of your diary goes, and where you stopped in films you watched here. Ratings and lists stay."
        ),
    ),
    "lists": (
        Move.Part.LISTS,
        gettext_lazy("Delete my watchlist and lists"),
        gettext_lazy("All lists go, with their notes, and links to them lead nowhere. Ratings and diary stay."),
    ),
    "rest": (
        Move.Part.REST,
        gettext_lazy("Delete what I put away and wait for"),
        gettext_lazy(
            "Films you put away may be recommended again, and you are not told any more when films come back."
        ),
    ),
}


def own_data(request: HttpRequest) -> HttpResponse:
    """Say what is kept, and lead to taking it away and to clearing it."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    cleared = list(move_reads.of(request.user).filter(origin=Move.Origin.WIPE)[:10])
    parts = [(slug, words) for slug, (_part, words, _meaning) in PARTS.items()]
    context = {"counts": reads.counts(request.user), "cleared": cleared, "parts": parts}
    return private(render(request, "me/data.html", context))


def own_data_zip(request: HttpRequest) -> HttpResponseBase:
    """Everything as one ZIP: the same data gives the same bytes."""
    if not isinstance(request.user, User):
        return to_login(request, "/me/data")
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — the response closes it
    write(file, reads.tables(request.user))
    file.seek(0)
    answer: Any = FileResponse(file, as_attachment=True, filename="retromovies.zip", content_type="application/zip")
    made: HttpResponseBase = private(answer)
    return made


@sensitive_post_parameters("password")
def clear(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what goes and what stays; with the password, take one part away."""
    user = request.user
    if not isinstance(user, User):
        return to_login(request, request.path)
    part, words, meaning = PARTS[slug]
    form: Any = LeaveForm(request.POST or None, user)
    if request.method == "POST" and form.is_valid():
        try:
            made = moves.wipe(part=part, by=user, at=timezone.now())
        except CatalogError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is being taken away."))
            return redirect("move", pk=made.pk)
    context = {"form": form, "words": words, "meaning": meaning, "slug": slug, "days": moves.KEPT.days}
    return private(render(request, "me/clear.html", context, status=422 if form.errors else 200))
