"""The diary: by year and month, a line to correct, a line to take out."""

from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.errors import BadWords, CatalogError
from catalog.formats import csv_file, json_file
from catalog.models import FeedLink, User, Viewing
from catalog.models.movies import FIRST_YEAR, LAST_YEAR
from catalog.selectors import diary as reads
from catalog.selectors.kept import ratings_of
from catalog.services import diary
from catalog.views.feed_links import address_of
from catalog.views.keeping_forms import ViewingForm
from catalog.views.paging import page_of
from catalog.views.private import private, to_login
from catalog.views.rows import row
from catalog.views.undoing import back_to, refuse, say

PER_PAGE = 100
HEADER = ("seen_on", "title", "year", "film", "again", "rating", "note", "recorded")


def page(request: HttpRequest, year: int | None = None, month: int | None = None, ending: str = "") -> HttpResponse:
    """The diary, whole or of a year or month; as a file with an ending."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    if (year is not None and not FIRST_YEAR <= year <= LAST_YEAR) or (month is not None and not 1 <= month <= 12):
        raise Http404(_("No diary has such a month."))
    found = reads.lines(request.user, year, month)
    if ending:
        return private(_file(request.user, found, ending))
    return private(render(request, "me/diary.html", _context(request, request.user, found, year, month)))


def _context(
    request: HttpRequest, user: User, found: QuerySet[Viewing], year: int | None, month: int | None
) -> dict[str, Any]:
    shown = page_of(request, found, PER_PAGE)
    return {
        "section": "me",
        "page_obj": shown,
        "querystring": "",
        "months": _by_month(shown.object_list, user),
        "year": year,
        "month": month,
        "years": reads.years(user),
        "months_of_year": reads.months(user, year) if year else [],
        "unknown": any(number is None for number, _count in reads.years(user)),
        "feed": address_of(request, FeedLink.Kind.DIARY),
    }


def _by_month(lines: Any, user: User) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Return lines under the first day of their month, or under None when the day is unknown."""
    found = list(lines)
    given = ratings_of(user, [line.movie_id for line in found if line.movie_id])
    dressed = [
        {"line": line, "row": row(line.movie) if line.movie else None, "rating": given.get(line.movie_id)}
        for line in found
    ]
    return [
        (first, list(group))
        for first, group in groupby(dressed, lambda d: d["line"].seen_on and d["line"].seen_on.replace(day=1))
    ]


def _file(user: User, found: QuerySet[Viewing], ending: str) -> HttpResponse:
    given = ratings_of(user)
    lines = [
        (v.seen_on, v.title, v.year, v.movie_id, v.again, given.get(v.movie_id), v.note, v.recorded_at)  # type: ignore[attr-defined, arg-type]
        for v in found
    ]
    return csv_file("diary", HEADER, lines) if ending == "csv" else json_file({"lines": len(lines)}, HEADER, lines)


def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line of the diary: correct its day and note, or take it out."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    found = get_object_or_404(Viewing, pk=pk, user=request.user)
    if "out" in request.POST:
        return _take_out(request, request.user, found)
    form = ViewingForm(request.POST or None, initial={"seen_on": found.seen_on, "note": found.note})
    if request.method == "POST" and form.is_valid() and _change(request.user, found, form):
        say(request, _("The line is changed."))
        return back_to(request, reverse("diary"), f"line-{pk}")
    context = {"section": "me", "line": found, "form": form}
    return private(render(request, "me/diary_line.html", context, status=422 if form.errors else 200))


def _take_out(request: HttpRequest, user: User, found: Viewing) -> HttpResponse:
    try:
        removal = diary.take_out(viewing_id=found.pk, by=user, at=timezone.now())
        say(request, _("%(film)s is out of your diary.") % {"film": found.title}, removal)
    except CatalogError as refusal:
        refuse(request, refusal)
    return back_to(request, reverse("diary"))


def _change(user: User, found: Viewing, form: ViewingForm) -> bool:
    try:
        diary.change_viewing(viewing_id=found.pk, by=user, at=timezone.now(), **form.kept())
    except BadWords as refusal:
        form.refuse(refusal)
    except CatalogError as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


def lines(request: HttpRequest) -> HttpResponse:
    """The address above a line leads to the diary."""
    return redirect("diary")
