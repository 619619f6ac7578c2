"""Charts that are not the one in force: of another day, under other rules, and the alternative one. Pages and files."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog.errors import EditionGone, EditionWrong
from catalog.formats import csv_file, json_file
from catalog.models import ChartEdition
from catalog.recsys.knobs import ALTERNATIVE, Knobs, NobodyListed
from catalog.selectors import charts, recharted
from catalog.selectors.documents import decimal, edition_document
from catalog.selectors.recharted import HEADER, Recharted
from catalog.views.chart_form import ChartForm, script_options
from catalog.views.editions_asked import gone
from catalog.views.paging import page_of, without_page
from catalog.views.rechart_rows import rendered
from catalog.views.rows import figure

PER_PAGE = 100


def top(request: HttpRequest, decade: int | None = None, genre: str | None = None, kind: str = "") -> HttpResponse:
    """The chart of the day and the rules in the address; what makes no sense there is said beside its field."""
    form = ChartForm(request.GET)
    if not form.is_valid() or form.edition is None:
        return _refused(request, form, kind)
    try:
        found = recharted.recharted(form.edition, form.knobs(), decade, genre)
    except NobodyListed as nobody:
        words = _("No film has so many votes: the most voted has %(most)s. Give a lower number.")
        form.add_error("floor", words % {"most": number_format(nobody.most)})
        return _refused(request, form, kind)
    except (EditionGone, EditionWrong) as refusal:
        return gone(request, form.edition, refusal)
    knobs = form.knobs()
    if kind:
        return _file(kind, found, knobs)
    context = {"form": form.filled(form.edition), "decade": decade, "genre": genre}
    return _page(request, found, knobs, context)


def top_file(request: HttpRequest, kind: str, decade: int | None = None, genre: str | None = None) -> HttpResponse:
    """The same chart, whole, as .csv or .json."""
    return top(request, decade, genre, kind)


def alternative(request: HttpRequest, kind: str = "") -> HttpResponse:
    """The alternative chart: the floor and the prior weight are two numbers, and both are lower."""
    edition = charts.newest()
    if edition is None:
        raise Http404(_("The first edition is not printed yet: look again in a minute."))
    try:
        found = recharted.recharted(edition, ALTERNATIVE)
    except NobodyListed as nobody:
        most = {"floor": number_format(ALTERNATIVE.floor), "most": number_format(nobody.most)}
        raise Http404(_("No film has %(floor)s votes yet; the most voted has %(most)s.") % most) from nobody
    except (EditionGone, EditionWrong) as refusal:
        return gone(request, edition, refusal)
    if kind:
        return _file(kind, found, ALTERNATIVE)
    given = {"m": str(ALTERNATIVE.prior_votes), "floor": str(ALTERNATIVE.floor), "c": ALTERNATIVE.rule}
    return _page(request, found, ALTERNATIVE, {"form": ChartForm(given), "alternative": True})


def _refused(request: HttpRequest, form: ChartForm, kind: str) -> HttpResponse:
    """Answer 400 with the form as it was filled in; a file's answer says it in a line for each field."""
    if kind:
        lines = [f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()]
        return HttpResponse("\n".join(lines) or "no edition yet", status=400, content_type="text/plain; charset=utf-8")
    newest = charts.newest()
    shown = form.filled(newest) if newest else form
    context = {"form": shown, "edition": newest, "refused": True, "section": "top"}
    return render(request, "catalog/recharted.html", context, status=400)


def _page(request: HttpRequest, found: Recharted, knobs: Knobs | None, more: dict[str, Any]) -> HttpResponse:
    edition, newest = found.edition, charts.newest()
    page = page_of(request, range(len(found)), PER_PAGE)
    start = max(0, page.start_index() - 1)
    context = {
        **more,
        "section": "top",
        "edition": edition,
        "newest": newest,
        "in_force": newest is not None and newest.number == edition.number,
        "document": edition_document(edition),
        "knobs": knobs,
        "c": figure(found.terms.mean_e4, 4),
        "listed": len(found.lines),
        "same": knobs is not None and found.terms == found.columns.terms,
        "options": script_options(knobs) if knobs else "",
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "page_obj": page,
        "querystring": without_page(request),
        "rows": rendered(found, knobs is not None, start, page.end_index()),
    }
    return render(request, "catalog/recharted.html", context)


def _file(kind: str, found: Recharted, knobs: Knobs | None) -> HttpResponse:
    name = f"edition-{found.edition.number}" + ("-other-rules" if knobs else "")
    if kind == "csv":
        return csv_file(name, HEADER, found.table())
    facts = {"official": knobs is None, "edition": edition_document(found.edition), **_rules(found, knobs)}
    return json_file(facts, HEADER, found.table())


def _rules(found: Recharted, knobs: Knobs | None) -> dict[str, Any]:
    terms = found.terms
    rule = knobs.rule if knobs else "films"
    return {"m": terms.prior_votes, "floor": terms.floor, "c_rule": rule, "c": decimal(terms.mean_e4, 4)}


def desk(edition: ChartEdition) -> ChartForm:
    """Return the form as the official chart shows it: its own parameters, ready to be turned."""
    return ChartForm({}).filled(edition)
