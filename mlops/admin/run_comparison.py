"""Runs compared: parameters and metrics side by side, paired differences, and a chart of both."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mlops.admin import addresses
from mlops.admin.blocks import Cell, Dot, Dots, Grid, Section, Shown, Words, num
from mlops.admin.metrics import lead_cell, title_of
from mlops.admin.words import measure, moment, plain
from mlops.models import Run
from mlops.services.comparison import MOST_RUNS, Comparison, Key, compare

WHISKER = 2.0  # standard errors to each side
MARGIN = 0.05  # of the range, left free at both ends of a chart


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Show the runs named by ?runs=1,2; with fewer than two, say how to choose them."""
    found = compare(run_ids=_asked(request.GET.get("runs", "")))
    if len(found.runs) < 2:
        lead = _("Choose two runs or more in the list of runs, and «Compare» among its actions; %(n)s at most.")
        sections: list[Section] = []
    else:
        lead = _("Differences are to %(run)s, the oldest of them.")
        sections = _sections(request, found)
    facts = {"n": MOST_RUNS, "run": _name(found.runs[0]) if found.runs else ""}
    title = _("Runs compared")
    result: HttpResponse = model_admin.page(request, title, sections, lead=lead % facts)
    return result


def _sections(request: HttpRequest, found: Comparison) -> list[Section]:
    deciding = _folds(found)[:1]  # the first fold that was measured is the one that decides
    charts = [_chart(found, key) for key in found.titles if key[0] in deciding]
    return [
        Section(_("What was run"), [_runs(request, found), _params(found)]),
        Section(_("What was reached"), [*_reached(found), *_differences(found)]),
        *([Section(_("Chart"), [chart for chart in charts if chart])] if any(charts) else []),
    ]


def _runs(request: HttpRequest, found: Comparison) -> Grid:
    heads = [_("run"), _("recipe"), _("state"), _("dataset"), _("seed"), _("version"), _("queued"), _("tags")]
    lines: list[Sequence[Shown]] = [
        [
            addresses.link(request, "run", run.pk, _name(run)),
            run.recipe_key,
            run.get_state_display(),
            str(run.dataset or "—"),
            num(str(run.seed)),
            run.version.label if hasattr(run, "version") else "—",
            moment(run.queued_at),
            plain(run.tags),
        ]
        for run in found.runs
    ]
    return Grid(_("Runs"), heads, lines)


def _params(found: Comparison) -> Grid:
    names = list(dict.fromkeys(name for run in found.runs for name in run.params))
    lines: list[Sequence[Shown]] = []
    for name in names:
        values = [run.params.get(name) for run in found.runs]
        differs = any(value != values[0] for value in values)
        mark = Cell(_("differs"), mark="changed") if differs else Cell(_("the same"), mark="soft")
        lines.append([name.replace("_", " "), *[num(plain(value)) for value in values], mark])
    heads = [_("parameter"), *[_name(run) for run in found.runs], _("difference")]
    return Grid(_("Parameters"), heads, lines, _("They have no parameters."))


def _reached(found: Comparison) -> list[Grid]:
    caption = _("Fold %(fold)s: what each candidate reached, ± standard error; the best is marked ▲")
    grids = []
    for fold in _folds(found):
        lines = [_reached_line(found, key) for key in found.titles if key[0] == fold]
        heads = [_("metric"), *[_name(run) for run in found.runs]]
        grids.append(Grid(caption % {"fold": fold}, heads, lines))
    return grids


def _reached_line(found: Comparison, key: Key) -> list[Shown]:
    rows = [found.reached[run.pk].get(key) for run in found.runs]
    values = [row.value for row in rows if row]
    higher = found.titles[key].higher_is_better
    best = None if higher is None or len(set(values)) < 2 else max(values) if higher else min(values)
    cells = []
    for row in rows:
        text = measure(row.value, row.error) if row else "—"
        cells.append(num(f"▲ {text}", mark="new") if row and row.value == best else num(text))
    return [title_of(found.titles[key]), *cells]


def _differences(found: Comparison) -> list[Any]:
    caption = _("Fold %(fold)s: paired difference to %(run)s")
    others = [run for run in found.runs if run.pk in found.differences]
    blocks: list[Any] = [Words(why, "soft") for why in dict.fromkeys(found.unpaired.values())]
    for fold in _folds(found) if others else []:
        lines: list[Sequence[Shown]] = []
        for key, row in found.titles.items():
            pairs = [found.differences[run.pk].get(key) for run in others]
            if key[0] == fold and any(pairs):
                shown = [
                    lead_cell(pair.value, pair.error, row.higher_is_better) if pair else num("—") for pair in pairs
                ]
                lines.append([title_of(row), *shown])
        heads = [_("metric"), *[_name(run) for run in others]]
        if lines:
            blocks.append(Grid(caption % {"fold": fold, "run": _name(found.runs[0])}, heads, lines))
    return blocks


def _chart(found: Comparison, key: Key) -> Dots | None:
    """Return a metric with its whiskers, a line for each run; nothing where there are no errors to show."""
    rows = [(run, found.reached[run.pk].get(key)) for run in found.runs]
    spans = [(run, row.value, WHISKER * row.error) for run, row in rows if row and row.error is not None]
    if len(spans) < 2:
        return None
    least, most = min(value - half for _r, value, half in spans), max(value + half for _r, value, half in spans)
    room = (most - least) * MARGIN or 1e-9
    least, most = least - room, most + room

    def place(value: float) -> str:
        return f"{100 * (value - least) / (most - least):.2f}"

    dots = [
        Dot(_name(run), measure(value, half / WHISKER), place(value), place(value - half), place(value + half))
        for run, value, half in spans
    ]
    words = _("%(metric)s on %(fold)s: value with %(n)s standard errors to each side")
    caption = words % {"metric": title_of(found.titles[key]), "fold": key[0], "n": f"{WHISKER:g}"}
    return Dots(caption, dots, measure(least), measure(most))


def _folds(found: Comparison) -> list[str]:
    return list(dict.fromkeys(fold for fold, _metric in found.titles))


def _name(run: Run) -> str:
    return _("run %(pk)s") % {"pk": run.pk}


def _asked(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 10]
