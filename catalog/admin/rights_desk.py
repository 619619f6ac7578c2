"""Pages of the rights desk: the calendar of all territories, and what follows badly on what."""

from datetime import date
from typing import Any

import tablib
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog.admin.films_csv import FilmsCsv
from catalog.selectors import rights_desk as reads
from catalog.territories import TERRITORIES

SHOWN = 200  # of each kind on the page; the file has all
HEADER = ("kind", "film", "title", "territory", "first_from", "first_to", "second_from", "second_to", "days")
TALL, WIDE = 28, 56  # of a month's bar, in units of its picture


def calendar(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """A year of rights by territory and month, as a table whose cells are pictures too."""
    today = timezone.localdate()
    first = _month(request.GET.get("from", ""), today)
    table = reads.calendar(first)
    most = max((month.playing for row in table.values() for month in row), default=0) or 1
    rows = [
        (TERRITORIES[code], [(month, *_bar(month.playing, most), _list(code, month)) for month in months])
        for code, months in table.items()
    ]
    heads = reads.months(first)
    around = {"earlier": _shifted(first, -12), "later": _shifted(first, 12)}
    context = {"heads": heads, "rows": rows, "tall": TALL, "wide": WIDE, "today": today, **around}
    return _page(model_admin, request, _("Rights calendar"), "admin/rights_calendar.html", context)


def clashes(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Gaps between licences and licences that overlap, each with the film they are of."""
    gaps, overlaps = reads.clashes(timezone.localdate())
    if request.GET.get("as") == "csv":
        rows = tablib.Dataset(*_rows("gap", gaps), *_rows("overlap", overlaps), headers=HEADER)
        named = {"Content-Disposition": 'attachment; filename="rights-gaps-and-overlaps.csv"'}
        return HttpResponse(FilmsCsv().export_data(rows), content_type=FilmsCsv().get_content_type(), headers=named)
    parts = [
        (_("Gaps"), _("A pause of sixty days at most: perhaps a day that was mistyped."), gaps),
        (_("Overlaps"), _("Held twice: paid for twice, perhaps, or a renewal with the wrong first day."), overlaps),
    ]
    shown = [(title, words, found[:SHOWN], len(found)) for title, words, found in parts]
    return _page(model_admin, request, _("Gaps and overlaps"), "admin/rights_clashes.html", {"parts": shown})


def _rows(kind: str, found: list[reads.Clash]) -> list[tuple[Any, ...]]:
    return [
        (kind, one.film.pk, one.film.title, one.territory, *one.first[:2], *one.second[:2], one.days) for one in found
    ]


def _month(text: str, today: date) -> date:
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = today
    return asked.replace(day=1) if 1900 < asked.year < 2200 else today.replace(day=1)


def _shifted(first: date, by: int) -> str:
    month = first.year * 12 + first.month - 1 + by
    return f"{month // 12}-{month % 12 + 1:02d}"


def _bar(playing: int, most: int) -> tuple[int, int]:
    """Return where a bar begins, from above, and how high it is."""
    height = round(TALL * playing / most)
    return TALL - height, height


def _list(code: str, month: reads.Month) -> str:
    """Return where the licences are listed that end in a month."""
    last = date.fromordinal(reads.months(month.first)[1].toordinal() - 1)
    query = {"territory__exact": code, "ends_on_from": str(month.first), "ends_on_to": str(last)}
    return f"{reverse('admin:catalog_licence_changelist')}?{urlencode(query)}"


def _page(model_admin: Any, request: HttpRequest, title: str, template: str, context: dict[str, Any]) -> HttpResponse:
    shell = {**model_admin.admin_site.each_context(request), "opts": model_admin.model._meta, "title": title}
    return TemplateResponse(request, template, {**shell, **context})
