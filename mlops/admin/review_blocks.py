"""The parts of the review page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mlops.admin import addresses, metrics
from mlops.admin.actors import teller
from mlops.admin.blocks import Cell, Facts, Grid, Shown, Words, digest, histograms, num, value
from mlops.admin.words import measure, moment, plain
from mlops.models import GateReport
from mlops.selectors.review import Review, Side, differences

CODE = (
    "commit",
    "dirty",
    "lock",
    "lock_digest",
    "python",
    "platform",
    "threads",
)  # first among the environment's names
PASSED = {True: ("passed", "new"), False: ("failed", "gone"), None: ("does not apply", "soft")}


def verdict_of(report: GateReport | None) -> str:
    """Return in a sentence how the gates stand."""
    if report is None:
        return _("No gate was judged.")
    judged = [result for result in report.results if result.get("passed") is not None]
    good = sum(bool(result["passed"]) for result in judged)
    return _("%(good)s of %(all)s gates passed.") % {"good": good, "all": len(judged)}


def gates(report: GateReport | None) -> list[Any]:
    if report is None:
        return [Words(_("No gate was judged: unknown."), "error")]
    heads = [_("gate"), _("verdict"), _("in words"), _("value"), _("limit"), _("standard error")]
    lines: list[Sequence[Shown]] = []
    for result in report.results:
        words, mark = PASSED[result.get("passed")]
        numbers = [num(measure(result.get(name))) for name in ("value", "limit", "error")]
        lines.append(
            [
                str(result.get("title", result.get("key"))),
                Cell(_(words), mark=mark),
                plain(result.get("words")),
                *numbers,
            ]
        )
    return [Grid(verdict_of(report), heads, lines), Facts([(_("Digest of the report"), digest(report.digest))])]


def tables(report: GateReport | None) -> list[Grid]:
    """Return what would change for people, as the comparison stored it."""
    found = []
    for table in report.tables if report else []:
        lines = [
            [value(item) if place else plain(item) for place, item in enumerate(row)] for row in table.get("rows", [])
        ]
        empty = _("%(title)s: none.") % {"title": table.get("title", "")}
        found.append(Grid(table.get("title", ""), table.get("head", []), lines, empty, table.get("note", "")))
    return found


def data(request: HttpRequest, review: Review) -> list[Any]:
    """Return what the candidate learned from beside what the champion did."""
    mine, theirs = review.candidate.dataset, review.champion.dataset if review.champion else None
    if mine is None:
        return [Words(_("The candidate learned from no data."), "soft")]
    facts = [
        (_("dataset"), str(mine), str(theirs) if theirs else None),
        (_("rows"), mine.rows, theirs.rows if theirs else None),
        (_("subjects"), mine.subjects, theirs.subjects if theirs else None),
        (_("recorded from"), moment(mine.since), moment(theirs.since) if theirs else None),
        (_("recorded until"), moment(mine.until), moment(theirs.until) if theirs else None),
        (_("fingerprint"), mine.fingerprint, theirs.fingerprint if theirs else None),
        (_("licences"), _licences(mine.origins), _licences(theirs.origins) if theirs else None),
    ]
    lines = [_difference(name, a, b, theirs is not None and a != b) for name, a, b in facts]
    blocks: list[Any] = [
        Grid(_("What was learned from"), [_("fact"), _("candidate"), _("champion"), _("difference")], lines)
    ]
    other = theirs.histograms if theirs and theirs.pk != mine.pk else {}
    return [*blocks, *histograms(mine.histograms, other, _("champion's"))]


def code(review: Review) -> list[Grid]:
    """Return parameters and environment of both sides; what differs is marked."""
    mine, theirs = review.candidate, review.champion
    heads = [_("name"), _("candidate"), _("champion"), _("difference")]
    params = [_difference(*row) for row in differences(mine.version.params, theirs.version.params if theirs else None)]
    found = differences(_environment(mine), _environment(theirs) if theirs and theirs.run else None)
    found.sort(key=lambda row: (CODE.index(row[0]) if row[0] in CODE else len(CODE), row[0]))
    environment = [_difference(*row) for row in found]
    return [
        Grid(_("Parameters"), heads, params, _("There are no parameters.")),
        Grid(_("Code and environment"), heads, environment, _("The environment is unknown: no run is on record.")),
    ]


def earlier(request: HttpRequest, review: Review) -> Grid:
    tell = teller(*(row.requested_by for row in review.others))
    lines: list[Sequence[Shown]] = [
        [
            addresses.link(request, "promotionrequest", row.pk, _("request %(pk)s") % {"pk": row.pk}),
            row.version.label,
            row.get_state_display(),
            tell(row.requested_by),
            row.reason,
            moment(row.requested_at),
        ]
        for row in review.others
    ]
    heads = [_("request"), _("version"), _("state"), _("by"), _("reason"), _("asked")]
    return Grid(_("Other requests of this recipe"), heads, lines, _("There is no other request."))


def events(request: HttpRequest, found: Sequence[Any]) -> Grid:
    """Return audit events, newest first."""
    tell = teller(*(event.actor for event in found))
    lines: list[Sequence[Shown]] = [
        [
            addresses.link(request, "auditevent", event.seq, str(event.seq)),
            event.action,
            event.object,
            tell(event.actor),
            event.reason or "—",
            event.at[:19].replace("T", " "),
        ]
        for event in found
    ]
    heads = [_("number"), _("action"), _("object"), _("by"), _("reason"), _("when (UTC)")]
    return Grid(_("Audit log"), heads, lines, _("Nothing is on record."))


def measured(review: Review) -> list[Any]:
    grids = metrics.tables(review.metrics)
    return grids or [Words(_("No metric is on record: unknown."), "soft")]


def stability(review: Review) -> list[Any]:
    return list(metrics.steadiness(review.metrics)) or [Words(_("How steady it is, is unknown."), "soft")]


def _environment(side: Side) -> dict[str, Any]:
    return dict(side.run.environment) if side.run else {}


def _licences(origins: list[dict[str, Any]]) -> str:
    return ", ".join(sorted({str(origin.get("licence", "—")) for origin in origins})) or "—"


def _difference(name: str, mine: Any, theirs: Any, differs: bool) -> list[Shown]:
    mark: Shown = Cell(_("differs"), mark="changed") if differs else ""
    sides = [replace(value(found), number=False) for found in (mine, theirs)]
    return [str(name).replace("_", " "), *sides, mark]
