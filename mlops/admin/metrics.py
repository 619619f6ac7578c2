"""Measured numbers as tables: metrics by arms, and the candidate's lead over each arm."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from mlops.admin.blocks import Cell, Grid, Shown, num
from mlops.admin.words import lead, measure, whole
from mlops.models import RunMetric

FIRST = ("candidate", "champion")  # the arms that everything turns on; rivals follow by name
CLEAR = 2.0  # standard errors from which a lead is marked


def tables(metrics: Iterable[RunMetric]) -> list[Grid]:
    """Return, of each fold, what every arm reached and by how much the candidate leads it."""
    rows = list(metrics)
    beside = {(row.fold, row.metric) for row in rows if row.arm != FIRST[0]}
    folds: dict[str, list[RunMetric]] = {}
    for metric in [row for row in rows if not beside or (row.fold, row.metric) in beside]:
        folds.setdefault(metric.fold, []).append(metric)
    return [grid for fold, rows in folds.items() for grid in (_reached(fold, rows), _leads(fold, rows))]


def steadiness(metrics: Iterable[RunMetric]) -> list[Grid]:
    """Return what was measured of the candidate alone: what refits say of it, and how often its intervals hold."""
    rows = list(metrics)
    beside = {(row.fold, row.metric) for row in rows if row.arm != FIRST[0]}
    if not beside:  # a run without rivals: all of it is told already
        return []
    alone = [row for row in rows if row.arm == FIRST[0] and (row.fold, row.metric) not in beside]
    lines: list[Sequence[Shown]] = [
        [title_of(row), row.fold, num(measure(row.value, row.error)), num(whole(row.units) if row.units else "—")]
        for row in alone
    ]
    heads = [_("metric"), _("fold"), _("value ± standard error"), _("units")]
    return [Grid(_("Of the candidate alone"), heads, lines)] if lines else []


def arms(rows: Iterable[RunMetric]) -> list[str]:
    found = {row.arm for row in rows}
    return [*(arm for arm in FIRST if arm in found), *sorted(found - set(FIRST))]


def _reached(fold: str, rows: list[RunMetric]) -> Grid:
    columns, lines = arms(rows), _by_metric(rows)
    table: list[Sequence[Shown]] = []
    for found in lines.values():
        one = next(iter(found.values()))
        asked = num(whole(one.units) if one.units else "—")
        shown = [num(measure(found[arm].value, found[arm].error) if arm in found else "—") for arm in columns]
        table.append([title_of(one), *shown, asked])
    caption = _("Fold %(fold)s: what each arm reached, ± standard error") % {"fold": fold}
    return Grid(caption, [_("metric"), *columns, _("units")], table)


def _leads(fold: str, rows: list[RunMetric]) -> Grid:
    columns = [
        arm for arm in arms(rows) if arm != FIRST[0] and any(r.difference is not None for r in rows if r.arm == arm)
    ]
    table: list[Sequence[Shown]] = [
        [title_of(next(iter(found.values()))), *[_lead(found[arm]) if arm in found else num("—") for arm in columns]]
        for found in _by_metric(rows).values()
        if any(row.difference is not None for row in found.values())
    ]
    caption = _("Fold %(fold)s: the candidate's lead over each arm, paired by unit") % {"fold": fold}
    note = _("SE: standard errors of the paired difference. Marked from %(n)s on: ▲ better, ▼ worse.") % {
        "n": f"{CLEAR:g}"
    }
    return Grid(
        caption,
        [_("metric"), *columns],
        table,
        _("Fold %(fold)s: there is nothing to compare with.") % {"fold": fold},
        note,
    )


def lead_cell(difference: float | None, error: float | None, higher_is_better: bool | None) -> Cell:
    """Return a paired difference, marked where it is clear and one way is better."""
    words = lead(difference, error)
    if difference is None or higher_is_better is None or not error or abs(difference) < CLEAR * error:
        return num(words)
    better = (difference > 0) == higher_is_better
    return num(f"{'▲' if better else '▼'} {words}", mark="new" if better else "gone")


def _lead(row: RunMetric) -> Cell:
    return lead_cell(row.difference, row.difference_error, row.higher_is_better)


def _by_metric(rows: list[RunMetric]) -> dict[str, dict[str, RunMetric]]:
    found: dict[str, dict[str, RunMetric]] = {}
    for row in rows:
        found.setdefault(row.metric, {})[row.arm] = row
    return found


def title_of(row: RunMetric) -> str:
    way = {True: " ↑", False: " ↓", None: ""}[row.higher_is_better]
    return f"{row.title}{f' ({row.unit})' if row.unit else ''}{way}"
