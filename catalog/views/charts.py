"""The chart and its editions."""

import json
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from catalog.errors import EditionGone, EditionWrong
from catalog.models import ChartEdition, Movie
from catalog.recsys.editions import parse
from catalog.recsys.weighted import Ranked
from catalog.selectors import charts
from catalog.selectors.documents import edition_document
from catalog.views import chart_form, mine, recharted, structured
from catalog.views.fragments import Printed
from catalog.views.frames import framed
from catalog.views.paging import page_of, without_page
from catalog.views.rows import figure, mean_text, wr_text

PER_PAGE = 100


def top(request: HttpRequest, decade: int | None = None, genre: str | None = None) -> HttpResponse:
    """The newest edition, a hundred films a page, whole or of a decade or genre; or of another day, or by other rules."""
    if any(request.GET.get(name, "").strip() for name in chart_form.ASKED):
        return recharted.top(request, decade, genre)
    edition = charts.newest()
    if edition is None:
        return _top(request, None, decade, genre)
    printed = Printed.of(edition, decade, genre)
    return framed(request, ("top", printed.key), lambda: _top(request, printed, decade, genre))


def _top(request: HttpRequest, printed: Printed | None, decade: int | None, genre: str | None) -> HttpResponse:
    edition = printed.edition if printed else None
    page = page_of(request, charts.charted(decade, genre), PER_PAGE, printed.count() if printed else 0)
    if (decade or genre) and not page.paginator.count:
        raise Http404(_("No film of the chart is of this decade and genre."))
    context = {
        "edition": edition,
        "document": edition_document(edition) if edition else None,
        "page_obj": page,
        "querystring": without_page(request),
        "rows": mine.marked(request, printed.rows(max(0, page.start_index() - 1), page.end_index())) if printed else "",
        "list_ld": structured.item_list(
            request, _("The chart"), printed.items(max(0, page.start_index() - 1), page.end_index()) if printed else ()
        ),
        "decade": decade,
        "genre": genre,
        "desk": recharted.desk(edition) if edition else None,
        "facets": printed.facets() if printed else None,
    }
    return render(request, "catalog/top.html", context)


def editions(request: HttpRequest) -> HttpResponse:
    """Every edition there was, newest first."""
    page = page_of(request, charts.editions(), 50)
    listed = [(edition, figure(edition.mean_e4, 4)) for edition in page.object_list]
    return render(request, "catalog/editions.html", {"page_obj": page, "listed": listed, "querystring": ""})


def edition(request: HttpRequest, number: int) -> HttpResponse:
    """One edition: parameters, digests, what it moved, its first ten, and how to check it."""
    found = get_object_or_404(ChartEdition, pk=number)
    moved = charts.moved(found, 20)
    first, damage = _first(found)
    names = Movie.objects.in_bulk([change.movie_id for change in moved] + [line.id for line in first])
    context = {
        "section": "editions",
        "edition": found,
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "document": edition_document(found),
        "damage": damage,
        "moves": [(names.get(change.movie_id), change, (change.before or 0) - (change.after or 0)) for change in moved],
        "first": [
            (names.get(line.id), line, wr_text(line.wr_e6, 6), mean_text(line.points, line.votes)) for line in first
        ],
        "newest": charts.newest(),
        "before": ChartEdition.objects.filter(number=number - 1).first(),
        "after": ChartEdition.objects.filter(number=number + 1).first(),
    }
    return render(request, "catalog/edition.html", context)


def _first(found: ChartEdition) -> tuple[list[Ranked], str]:
    """Return the first ten lines of an edition, and what is wrong with its rows, if anything."""
    try:
        return _ten(found.content_digest) if not found.thinned_at else [], ""
    except EditionWrong as wrong:
        return [], str(charts.unreadable(found, wrong))


@lru_cache(maxsize=64)
def _ten(digest: str) -> list[Ranked]:
    return parse(charts.rows_of(digest))[1][:10]


def edition_json(request: HttpRequest, number: int) -> HttpResponse:
    """What docs/verify_edition.py reads beside the artefact."""
    found = get_object_or_404(ChartEdition, pk=number)
    return JsonResponse(edition_document(found), json_dumps_params={"indent": 2}, encoder=json.JSONEncoder)


def edition_artefact(request: HttpRequest, number: int) -> HttpResponse:
    """The canonical bytes of an edition; 410 when they were let go by age."""
    found = get_object_or_404(ChartEdition, pk=number)
    try:
        data = charts.artefact(found)
    except (EditionGone, EditionWrong) as refusal:
        context = {"edition": found, "why": str(refusal), "section": "editions"}
        return render(request, "catalog/gone.html", context, status=410)
    response = HttpResponse(data, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="edition-{number}.ndjson"'
    response["ETag"] = f'"{found.content_digest}"'
    return response
