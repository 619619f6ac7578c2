"""What a run measured, as a card's tables: arms beside each other with their errors, steps with what they used."""

from dataclasses import dataclass

from mlops.models import Run, RunMetric
from mlops.selectors import provisioning
from mlops.selectors.components import CANDIDATE, UNKNOWN
from mlops.stats.gates import number

_STEADY = ("stability", "coverage")  # of a metric's name: how far it can be relied upon


@dataclass(frozen=True)
class CardTable:
    """A titled table of texts."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def evaluation(run: Run | None) -> tuple[CardTable, ...]:
    """Return a table per fold: a row per metric, the candidate first, then what each rival lacks."""
    found = list(run.metrics.order_by("pk")) if run else []
    folds = dict.fromkeys(row.fold for row in found)
    return tuple(_fold(fold, [row for row in found if row.fold == fold]) for fold in folds)


def stability(run: Run | None) -> tuple[tuple[str, str], ...]:
    """Return the candidate's metrics that say how steady it is."""
    found = run.metrics.filter(arm=CANDIDATE).order_by("pk") if run else []
    return tuple((row.title, _value(row)) for row in found if any(word in row.metric for word in _STEADY))


def steps(recipe_key: str, run: Run) -> tuple[CardTable, ...]:
    """Return the table of a run's steps, measured beside declared; none when it has no steps."""
    rows = tuple(
        (
            step.name,
            step.state,
            _used(step.seconds, "s", step.name, recipe_key, "seconds"),
            _used(step.megabytes, "MB", step.name, recipe_key, "megabytes"),
        )
        for step in run.steps.order_by("position")
    )
    return (CardTable("Steps", ("step", "state", "time (declared)", "memory (declared)"), rows),) if rows else ()


def _fold(fold: str, rows: list[RunMetric]) -> CardTable:
    arms = sorted({row.arm for row in rows}, key=lambda arm: (arm != CANDIDATE, arm))
    titles = dict.fromkeys((row.metric, row.title) for row in rows)
    cells = {(row.metric, row.arm): row for row in rows}
    lines = tuple((title, *(_cell(cells.get((metric, arm))) for arm in arms)) for metric, title in titles)
    units = max(row.units for row in rows)
    title = f"{fold}, {units:,} units" if units else fold
    return CardTable(title, ("metric", *arms), lines)


def _cell(row: RunMetric | None) -> str:
    if row is None:
        return UNKNOWN
    if row.difference is None:
        return _value(row)
    error = f" ± {number(row.difference_error)}" if row.difference_error is not None else ""
    return f"{_value(row)} (candidate {'+' if row.difference >= 0 else '−'}{number(abs(row.difference))}{error})"


def _value(row: RunMetric) -> str:
    error = f" ± {number(row.error)}" if row.error is not None else ""
    value = f"{row.value:,.0f}" if not error and row.value.is_integer() else number(row.value)  # a count
    return f"{value}{error}{f' {row.unit}' if row.unit else ''}"


def _used(value: float | None, unit: str, step: str, recipe_key: str, name: str) -> str:
    declared = provisioning.declared(recipe_key, step)
    allowed = f"{getattr(declared, name):,} {unit}" if declared else UNKNOWN
    return f"{value:,.1f} {unit} ({allowed})" if value is not None else f"{UNKNOWN} ({allowed})"
