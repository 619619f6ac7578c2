"""Any two editions held beside each other."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render

from catalog.errors import EditionGone, EditionWrong
from catalog.formats import csv_file, json_file
from catalog.models import ChartEdition, Movie
from catalog.selectors import differences
from catalog.selectors.differences import Difference, Shift
from catalog.selectors.documents import edition_document
from catalog.views.editions_asked import gone, numbered, whose
from catalog.views.paging import page_of

PER_PAGE = 50
HEADER = ("film", "title", "before", "after", "places")


def edition_diff(request: HttpRequest, a: int, b: int, kind: str = "") -> HttpResponse:
    """What the second edition has otherwise than the first: parameters, C, films in and out, moves by size."""
    earlier, later = get_object_or_404(ChartEdition, pk=a), get_object_or_404(ChartEdition, pk=b)
    try:
        found = differences.difference(earlier, later)
    except (EditionGone, EditionWrong) as refusal:
        return gone(request, whose(earlier, later), refusal)
    if kind:
        return _file(kind, earlier, later, found)
    page = page_of(request, found.moved, PER_PAGE)
    shown = [*page.object_list, *found.came[:PER_PAGE], *found.went[:PER_PAGE]]
    names = Movie.objects.in_bulk([shift.film_id for shift in shown])
    context = {
        "section": "editions",
        "earlier": earlier,
        "later": later,
        "documents": (edition_document(earlier), edition_document(later)),
        "found": found,
        "page_obj": page,
        "moved": _named(cast(list[Shift], page.object_list), names),
        "came": _named(found.came[:PER_PAGE], names),
        "went": _named(found.went[:PER_PAGE], names),
    }
    return render(request, "catalog/edition_diff.html", context)


def _named(shifts: list[Shift], names: dict[int, Movie]) -> list[tuple[Movie | None, Shift]]:
    return [(names.get(shift.film_id), shift) for shift in shifts]


def _file(kind: str, earlier: ChartEdition, later: ChartEdition, found: Difference) -> HttpResponse:
    titles = dict(Movie.objects.values_list("pk", "title"))
    rows = [(one.film_id, titles.get(one.film_id), one.before, one.after, one.places) for one in found.shifts]
    if kind == "csv":
        return csv_file(f"editions-{earlier.number}-{later.number}", HEADER, rows)
    facts: dict[str, Any] = {"from": edition_document(earlier), "to": edition_document(later)}
    return json_file(facts, HEADER, rows)


def choose(request: HttpRequest) -> HttpResponseRedirect:
    """Lead from the form of two numbers to the address of their difference."""
    a, b = (numbered(request.GET.get(name, "").strip(), name) for name in ("from", "to"))
    return redirect("edition-diff", a=a.number, b=b.number)
