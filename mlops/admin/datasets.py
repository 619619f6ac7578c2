"""Datasets: what was learned from, by which contract, from where, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from mlops.admin import addresses
from mlops.admin.actors import teller
from mlops.admin.blocks import Facts, Grid, Section, Shown, digest, histograms, num, of_facts, of_rows
from mlops.admin.paged import Paged
from mlops.admin.words import moment, plain, whole
from mlops.models import Dataset

LAST = 50  # runs listed on a page


@admin.register(Dataset)
class DatasetAdmin(Paged):
    list_display = ("name", "rows_in_words", "subjects_in_words", "until", "frozen_at", "short")
    list_filter = ("dataset_key",)
    search_fields = ("dataset_key", "fingerprint")
    ordering = ("dataset_key", "-number")

    @display(description=_("dataset"), ordering="number")
    def name(self, obj: Dataset) -> str:
        return str(obj)

    @display(description=_("rows"), ordering="rows")
    def rows_in_words(self, obj: Dataset) -> str:
        return whole(obj.rows)

    @display(description=_("subjects"), ordering="subjects")
    def subjects_in_words(self, obj: Dataset) -> str:
        return whole(obj.subjects)

    @display(description=_("fingerprint"))
    def short(self, obj: Dataset) -> str:
        return f"{obj.fingerprint[:12]}…"

    def row_page(self, request: HttpRequest, row: Dataset) -> HttpResponse:
        lead = gettext("%(rows)s rows of %(subjects)s subjects, as they were known on %(until)s. Written once.")
        facts = {"rows": whole(row.rows), "subjects": whole(row.subjects), "until": moment(row.until)}
        sections = [
            Section(gettext("What it is"), [_identity(row), _origins(row)]),
            Section(gettext("What a row must be"), [_contract(row)]),
            Section(gettext("Counts and distributions"), [of_facts(row.counts), *histograms(row.histograms)]),
            Section(gettext("Where it is kept"), [_partitions(row)]),
            Section(gettext("What came of it"), [_runs(request, row)]),
        ]
        return self.page(request, str(row), sections, lead=lead % facts)


def _identity(row: Dataset) -> Facts:
    tell = teller(row.frozen_by)
    since = moment(row.since) if row.since else gettext("the beginning")
    return Facts(
        [
            (gettext("Fingerprint"), digest(row.fingerprint)),
            (gettext("Recorded"), gettext("from %(a)s until %(b)s") % {"a": since, "b": moment(row.until)}),
            (
                gettext("Frozen"),
                gettext("%(at)s by %(who)s") % {"at": moment(row.frozen_at), "who": tell(row.frozen_by)},
            ),
        ]
    )


def _origins(row: Dataset) -> Grid:
    heads = [gettext("source"), gettext("licence"), gettext("permitted use"), gettext("rows")]
    lines: list[Sequence[Shown]] = [
        [
            str(origin.get("title") or origin.get("key", "")),
            plain(origin.get("licence")),
            plain(origin.get("permitted_use")).replace("_", " ").lower(),
            num(plain(origin.get("rows"))),
        ]
        for origin in row.origins
    ]
    return Grid(gettext("Where the rows come from"), heads, lines, gettext("No source is recorded."))


def _contract(row: Dataset) -> Grid:
    heads = [
        gettext("column"),
        gettext("type"),
        gettext("meaning"),
        gettext("values allowed"),
        gettext("watched for drift"),
    ]
    lines: list[Sequence[Shown]] = [
        [
            str(column.get("name", "")),
            str(column.get("dtype", "")),
            plain(column.get("meaning")),
            _allowed(column),
            _watched(column),
        ]
        for column in row.contract
    ]
    return Grid(gettext("The columns' contract"), heads, lines, gettext("No contract is recorded."))


def _watched(column: dict[str, Any]) -> Shown:
    if not (column.get("watched") and column.get("among")):
        return plain(bool(column.get("watched")))
    name, level = column["among"]
    return gettext("yes, where %(name)s is %(level)s") % {"name": name, "level": level}


def _allowed(column: dict[str, Any]) -> str:
    if column.get("levels"):
        return plain(list(column["levels"]))
    least, most = column.get("least"), column.get("most")
    if least is None and most is None:
        return gettext("any")
    return f"{plain(least)} … {plain(most)}"


def _partitions(row: Dataset) -> Grid:
    caption = gettext("Partitions by hash of the subject: %(n)s files") % {"n": len(row.partitions)}
    return of_rows(caption, row.partitions, gettext("No partition is recorded."), folded=True)


def _runs(request: HttpRequest, row: Dataset) -> Grid:
    heads = [gettext("run"), gettext("recipe"), gettext("state"), gettext("version"), gettext("queued")]
    lines: list[Sequence[Shown]] = [
        [
            addresses.link(request, "run", run.pk, gettext("run %(pk)s") % {"pk": run.pk}),
            run.recipe_key,
            run.get_state_display(),
            addresses.link(request, "modelversion", run.version.pk, run.version.label)
            if hasattr(run, "version")
            else "—",
            moment(run.queued_at),
        ]
        for run in row.runs.select_related("version").order_by("-pk")[:LAST]
    ]
    return Grid(gettext("Runs and versions made from it"), heads, lines, gettext("No run has learned from it yet."))
