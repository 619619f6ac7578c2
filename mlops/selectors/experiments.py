"""Two or more runs side by side: parameters, metrics, and paired differences from what is kept of each unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops import arrays, store
from mlops.errors import BadArtefact, BadRun
from mlops.models import Run, RunMetric
from mlops.ports import Array, Arrays
from mlops.stats.paired import paired

CANDIDATE = "candidate"
MOST_RUNS = 60


@dataclass(frozen=True)
class Cell:
    """One run's metric. difference: this run less the first one, paired, with its standard error; None where it cannot be."""

    value: float
    error: float | None
    units: int
    difference: float | None = None
    difference_error: float | None = None


@dataclass(frozen=True)
class Line:
    """One metric on one fold, with a cell per run in their order (None: not measured), and the places of the best."""

    fold: str
    metric: str
    title: str
    unit: str
    higher_is_better: bool | None
    cells: tuple[Cell | None, ...]
    best: tuple[int, ...]


@dataclass(frozen=True)
class Comparison:
    """The runs compared; params: name, a value per run, whether they differ; notes: why differences are lacking."""

    runs: tuple[Run, ...]
    params: tuple[tuple[str, tuple[Any, ...], bool], ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def comparison(run_ids: Sequence[int]) -> Comparison:
    """Return the runs side by side, in the order given; differences are to the first. Raises BadRun naming the remedy."""
    ids = list(dict.fromkeys(run_ids))
    if not 2 <= len(ids) <= MOST_RUNS:
        raise BadRun(f"runs: choose from 2 to {MOST_RUNS} of them to compare.")
    found = Run.objects.select_related("dataset").in_bulk(ids)
    if missing := [run_id for run_id in ids if run_id not in found]:
        raise BadRun(f"runs: there is no run {', '.join(map(str, missing))}.")
    chosen = tuple(found[run_id] for run_id in ids)
    if len({run.recipe_key for run in chosen}) > 1:
        raise BadRun("runs: choose runs of one recipe; those of others measure other things.")
    each, notes = _kept(chosen)
    return Comparison(chosen, tuple(_params(chosen)), tuple(_lines(chosen, each)), tuple(notes))


def _kept(runs: Sequence[Run]) -> tuple[list[Arrays], list[str]]:
    """What is kept of each run's units; nothing of a run on other rows, since its units are not the first one's."""
    kept: list[Arrays] = []
    notes: list[str] = []
    for run in runs:
        each, note = _units(run)
        if not note and run.dataset_id != runs[0].dataset_id:
            each, note = {}, f"{run} used {run.dataset}, {runs[0]} used {runs[0].dataset}: their units cannot be paired"
        kept.append(each)
        notes += [note] if note else []
    return kept, notes


def _units(run: Run) -> tuple[Arrays, str]:
    if not run.evaluation_digest:
        return {}, f"{run} was not measured ({run.get_state_display().lower()})"
    try:
        return arrays.unpack(store.open(run.evaluation_digest)), ""
    except (BadArtefact, ValueError) as error:
        return {}, f"what is kept of {run} cannot be read: {error}"


def _params(runs: Sequence[Run]) -> Iterable[tuple[str, tuple[Any, ...], bool]]:
    names = sorted({name for run in runs for name in run.params})
    for name in [*names, "seed", "dataset"]:
        values = tuple(_param(run, name, names) for run in runs)
        yield name, values, len({repr(value) for value in values}) > 1


def _param(run: Run, name: str, names: Sequence[str]) -> Any:
    if name in names:
        return run.params.get(name)
    return run.seed if name == "seed" else str(run.dataset or "")


def _lines(runs: Sequence[Run], each: Sequence[Arrays]) -> Iterable[Line]:
    rows = RunMetric.objects.filter(run__in=runs, arm=CANDIDATE).order_by("fold", "metric", "pk")
    by_key: dict[tuple[str, str], dict[int, RunMetric]] = {}
    for row in rows:
        by_key.setdefault((row.fold, row.metric), {})[row.run_id] = row
    for (fold, metric), of_runs in by_key.items():
        first = next(iter(of_runs.values()))
        name = f"{fold}/{CANDIDATE}/{metric}"
        cells = tuple(
            _cell(of_runs.get(run.pk), each[0].get(name), mine.get(name)) for run, mine in zip(runs, each, strict=True)
        )
        best = _best(cells, first.higher_is_better)
        yield Line(fold, metric, first.title, first.unit, first.higher_is_better, cells, best)


def _cell(row: RunMetric | None, first: Array | None, mine: Array | None) -> Cell | None:
    if row is None:
        return None
    difference = error = None
    if first is not None and mine is not None and first is not mine and first.shape == mine.shape:
        difference, error = (found if np.isfinite(found) else None for found in paired(mine, first))
    return Cell(row.value, row.error, row.units, difference, error)


def _best(cells: Sequence[Cell | None], higher: bool | None) -> tuple[int, ...]:
    values: Mapping[int, float] = {place: cell.value for place, cell in enumerate(cells) if cell}
    if higher is None or len(values) < 2:
        return ()
    best = max(values.values()) if higher else min(values.values())
    return tuple(place for place, value in values.items() if value == best)
