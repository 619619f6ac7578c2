"""Bringing what one keeps elsewhere: a file, a look at what it would do, the doubtful rows, and undo."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError
from catalog.formats import csv_file
from catalog.models import Move, User
from catalog.moving.archives import MOST_BYTES
from catalog.moving.tables import MOST_ROWS
from catalog.selectors import moves as reads
from catalog.services import moves
from catalog.views.private import private, to_login

PER_PAGE = 25
NAMES = {
    "RATING": gettext_lazy("Ratings"),
    "SEEN": gettext_lazy("Diary"),
    "WATCHED": gettext_lazy("Seen some time"),
    "LIST": gettext_lazy("Lists"),
    "ENTRY": gettext_lazy("Films on lists"),
    "HIDDEN": gettext_lazy("Films put away"),
    "PLAY": gettext_lazy("What you watched here"),
    "ALERT": gettext_lazy("Films you wait for"),
    "CHOICES": gettext_lazy("Your choices"),
}


class BringForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.csv"}),
        help_text=gettext_lazy(
            "Letterboxd: the ZIP of «Export your data», or one CSV of it. IMDb: a CSV. Or the ZIP of this site."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            words = _("«%(name)s» has more than %(most)s MB. Send its files one by one, or split the largest.")
            raise forms.ValidationError(words % {"name": file.name, "most": MOST_BYTES // 2**20})
        return file


def bring(request: HttpRequest) -> HttpResponse:
    """Ask for a file, and tell what was brought before."""
    user = request.user
    if not isinstance(user, User):
        return to_login(request, request.path)
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = moves.bring(name=file.name, data=file.read(), by=user, at=timezone.now())
        except CatalogError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("move", pk=made.pk)
    past = reads.of(user).exclude(origin=Move.Origin.WIPE)[: moves.MOST]
    context = {"form": form, "past": past, "megabytes": MOST_BYTES // 2**20, "rows": MOST_ROWS}
    return private(render(request, "me/import.html", context, status=422 if form.errors else 200))


def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One import, or clearing away: how far it is, what it would do or did; htmx asks for its progress alone."""
    found = _own(request, pk)
    if isinstance(found, HttpResponse):
        return found
    told = reads.progress(found)
    part = request.htmx and found.state not in reads.RESTING  # type: ignore[attr-defined]
    if part:
        return private(render(request, "_partials/move_progress.html", {"move": found, "told": told}))
    if request.htmx:  # type: ignore[attr-defined]
        return private(HttpResponse(status=204, headers={"HX-Refresh": "true"}))
    return private(render(request, "me/move.html", {"move": found, "told": told, **_details(request, found, told)}))


def rest(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not taken, as a file, each with its reason."""
    found = _own(request, pk)
    if isinstance(found, HttpResponse):
        return found
    header = ("file", "line", "kind", "title", "year", "rating", "day", "reason")
    rows = [(row.file, row.line, row.kind.lower(), row.title, row.year, *_told(row)) for row in reads.not_taken(found)]
    return private(csv_file("not-imported", header, rows))


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which films the doubtful rows of one page mean; a row left open stays open."""
    found = _own(request, pk)
    if isinstance(found, HttpResponse):
        return found
    given = {name[4:]: str(value) for name, value in request.POST.dict().items() if name.startswith("row-")}
    choices = {int(row): int(film) or None for row, film in given.items() if _whole(row) and _whole(film)}
    try:
        moves.decide(move_id=pk, choices=choices, by=found.user, at=timezone.now())
    except CatalogError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your choices are noted."))
    page = request.POST.get("page", "1")
    return redirect(f"{found.get_absolute_url()}?page={page if _whole(page) else 1}#doubtful")


@require_POST
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Confirm, discard, undo, resume or forget a move."""
    found = _own(request, pk)
    if isinstance(found, HttpResponse):
        return found
    told: dict[str, Any] = {"move_id": pk, "by": found.user, "at": timezone.now()}
    if what == "confirm":
        told["take_theirs"] = request.POST.get("take_theirs") == "on"
    try:
        getattr(moves, what)(**told)
    except CatalogError as refusal:
        messages.error(request, str(refusal))
        return redirect("move", pk=pk)
    if what not in ("discard", "forget"):
        return redirect("move", pk=pk)
    words = {"discard": _("Nothing of the file was kept."), "forget": _("It is gone for good.")}
    messages.success(request, words[what])
    return redirect("import" if not found.is_wipe else "own-data")


def _own(request: HttpRequest, pk: int) -> Move | HttpResponse:
    user = request.user
    if not isinstance(user, User):
        return to_login(request, request.path if request.method == "GET" else "/me/import")
    found = reads.of(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    found.user = user
    return found


def _details(request: HttpRequest, found: Move, told: reads.Progress) -> dict[str, Any]:
    page = Paginator(reads.doubtful(found), PER_PAGE).get_page(request.GET.get("page"))
    films = reads.candidates(list(page.object_list)) if found.state in reads.DECIDABLE else {}
    for row in page.object_list:
        row.films = [films[pk] for pk in row.candidates if pk in films]  # type: ignore[attr-defined]
    kinds = [(NAMES[kind], _counts(counts)) for kind, counts in told.by_kind.items()]
    rest = reads.not_taken(found)
    if found.state in reads.DECIDABLE:  # those in doubt are asked about above
        rest = rest.exclude(state="DOUBTFUL")
    return {
        "page_obj": page,
        "kinds": kinds,
        "rest": rest[:200],
        "rest_count": rest.count(),
        "kept_days": moves.KEPT.days,
    }


def _counts(counts: dict[str, int]) -> dict[str, int]:
    """Return how many rows are sure, open, in doubt, unknown; and what became of them."""
    outs = {name: counts.get(name, 0) for name in ("WRITTEN", "THERE", "KEPT", "UNDONE", "LATER", "DOUBTFUL")}
    ready = counts.get("SURE", 0) + counts.get("PLAIN", 0)
    left = sum(counts.values()) - sum(outs[name] for name in ("WRITTEN", "THERE", "KEPT", "UNDONE"))
    return {
        **outs,
        "left": left,
        "READY": ready,
        "all": sum(counts.values()),
        "rest": sum(counts.values()) - ready - sum(outs.values()),
    }


def _told(row: Any) -> tuple[Any, Any, str]:
    day = row.facts.get("rated_at") or row.facts.get("seen_on") or row.facts.get("added_at") or ""
    return row.facts.get("value"), day[:10], row.reason


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
