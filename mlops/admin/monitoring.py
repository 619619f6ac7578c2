"""Monitoring: how far recent data moved, and what became of what was shown."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from mlops.admin import addresses
from mlops.admin.actors import teller
from mlops.admin.blocks import Cell, Facts, Grid, Section, Shown, num
from mlops.admin.paged import Paged
from mlops.admin.words import moment, plain, whole
from mlops.models import DriftReport, Outcome
from mlops.selectors import outcomes
from mlops.stats.shares import wilson

DAYS = 30  # of outcomes by day
SHOWN = Outcome.Act.SHOWN.value


@admin.register(DriftReport)
class DriftReportAdmin(Paged):
    list_display = ("name", "verdict", "columns_moved", "rows", "dataset", "measured_at", "caused")
    list_filter = ("recipe_key", "moved")
    list_select_related = ("dataset",)
    ordering = ("-measured_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("runs")

    @display(description=_("report"), ordering="pk")
    def name(self, obj: DriftReport) -> str:
        return gettext("drift report %(pk)s of %(recipe)s") % {"pk": obj.pk, "recipe": obj.recipe_key}

    @display(description=_("verdict"), ordering="moved", label={"moved": "danger", "held": "success"})
    def verdict(self, obj: DriftReport) -> tuple[str, Any]:
        return ("moved", _("moved")) if obj.moved else ("held", _("held"))

    @display(description=_("columns that moved"))
    def columns_moved(self, obj: DriftReport) -> str:
        return ", ".join(str(column.get("name")) for column in obj.columns if column.get("moved")) or "—"

    @display(description=_("run it caused"))
    def caused(self, obj: DriftReport) -> str:
        return ", ".join(gettext("run %(pk)s") % {"pk": run.pk} for run in obj.runs.all()) or "—"

    def row_page(self, request: HttpRequest, row: DriftReport) -> HttpResponse:
        lead = (
            gettext("Recent data moved away from what the champion learned: %(columns)s.")
            if row.moved
            else gettext("No column of recent data moved beyond its limit.")
        )
        sections = [
            Section(gettext("Columns"), [_columns(row)]),
            Section(gettext("What was compared"), [_compared(request, row)]),
        ]
        return self.page(request, self.name(row), sections, lead=lead % {"columns": self.columns_moved(row)})


def _columns(row: DriftReport) -> Grid:
    known = ("name", "psi", "ks", "limit", "moved")
    others = list(dict.fromkeys(name for column in row.columns for name in column if name not in known))
    heads = [
        gettext("column"),
        "PSI",
        "KS",
        gettext("limit"),
        gettext("verdict"),
        *[name.replace("_", " ") for name in others],
    ]
    lines: list[Sequence[Shown]] = [
        [
            str(column.get("name")),
            num(plain(column.get("psi"))),
            num(plain(column.get("ks"))),
            num(plain(column.get("limit"))),
            Cell(gettext("moved"), mark="gone") if column.get("moved") else Cell(gettext("held"), mark="new"),
            *[plain(column.get(name)) for name in others],
        ]
        for column in row.columns
    ]
    note = gettext("PSI: population stability index. KS: largest distance between the two cumulative distributions.")
    return Grid(gettext("Distance of each watched column"), heads, lines, gettext("No column is watched."), note)


def _compared(request: HttpRequest, row: DriftReport) -> Facts:
    tell = teller(row.measured_by)
    words = gettext("%(rows)s rows of %(subjects)s subjects, recorded from %(since)s until %(until)s")
    recent = {"rows": whole(row.rows), "subjects": whole(row.subjects)}
    recent |= {"since": moment(row.since), "until": moment(row.until)}
    rows: list[tuple[str, Shown]] = [
        (gettext("Recent data"), words % recent),
        (gettext("Champion's dataset"), addresses.link(request, "dataset", row.dataset_id, str(row.dataset))),
        (gettext("Measured"), f"{moment(row.measured_at)}, {tell(row.measured_by)}"),
    ]
    runs = [addresses.link(request, "run", run.pk, gettext("run %(pk)s") % {"pk": run.pk}) for run in row.runs.all()]
    rows += [(gettext("Run it caused"), run) for run in runs] or [(gettext("Run it caused"), gettext("none"))]
    return Facts(rows)


@admin.register(Outcome)
class OutcomeAdmin(Paged):
    list_display = ("version_label", "hour", "act", "count")
    list_display_links = None
    list_filter = ("version_label", ("act", ChoicesDropdownFilter))
    list_filter_submit = True
    date_hierarchy = "hour"
    ordering = ("-hour", "version_label", "act")
    actions_list = ("summary",)

    def row_page(self, request: HttpRequest, row: Outcome) -> HttpResponse:
        return self.page(request, str(row), [])

    @action(description=_("By version and day"), permissions=["view"], icon="monitoring", url_path="summary")
    def summary(self, request: HttpRequest) -> HttpResponse:
        """Show rates with their intervals: of what was shown, how much was opened, answered or put away."""
        sections = [
            Section(gettext("By version"), [_by_version(outcomes.by_version())]),
            Section(gettext("By day"), [_by_day(outcomes.by_day(timezone.now() - timedelta(days=DAYS)))]),
        ]
        lead = gettext("What became of what each version put forward. Counted by the hour, for nobody in particular.")
        return self.page(request, gettext("Outcomes"), sections, lead=lead)


def _heads() -> list[str]:
    return [str(act.label) for act in Outcome.Act]


def _by_version(found: dict[str, outcomes.Counts]) -> Grid:
    lines = [[label, *_counted(counts)] for label, counts in found.items()]
    note = gettext("Shares of what was shown, with their 95 % intervals (Wilson).")
    return Grid(gettext("All hours"), [gettext("version"), *_heads()], lines, gettext("Nothing was shown yet."), note)


def _by_day(days: list[outcomes.Day]) -> Grid:
    lines = [[f"{day.day:%Y-%m-%d}", day.label, *_counted(day.counts)] for day in days]
    heads = [gettext("day (UTC)"), gettext("version"), *_heads()]
    return Grid(gettext("The last %(n)s days") % {"n": DAYS}, heads, lines, gettext("Nothing was shown in this time."))


def _counted(counts: outcomes.Counts) -> list[Shown]:
    shown = counts.get(SHOWN, 0)
    return [_share(counts.get(act.value, 0), shown if act.value != SHOWN else 0) for act in Outcome.Act]


def _share(n: int, of: int) -> Cell:
    """Return a count, with its share where it is one: more acts than showings (counters may be dropped) have none."""
    if not of or n > of:
        return num(whole(n))
    low, high = wilson(n, of)
    return num(f"{whole(n)} · {n / of:.1%} ({low:.1%} – {high:.1%})")
