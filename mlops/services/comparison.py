"""Runs side by side: what they were told, what they reached, and their paired differences where they answered alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from mlops import arrays, store
from mlops.errors import BadArtefact
from mlops.models import Run, RunMetric
from mlops.ports import Arrays
from mlops.stats.gates import CANDIDATE
from mlops.stats.paired import paired

MOST_RUNS = 8
Key = tuple[str, str]  # fold, metric


@dataclass(frozen=True)
class Difference:
    """A run's candidate less the first run's, unit by unit: mean, standard error, units."""

    value: float
    error: float | None
    units: int


@dataclass(frozen=True)
class Comparison:
    """runs: as asked for; reached: the candidate's metrics, by run and key; differences: to the first run, likewise.

    unpaired: why a run's units cannot be paired with the first run's, by run.
    """

    runs: Sequence[Run]
    titles: dict[Key, RunMetric]
    reached: dict[int, dict[Key, RunMetric]]
    differences: dict[int, dict[Key, Difference]]
    unpaired: dict[int, str]


def compare(*, run_ids: Iterable[int]) -> Comparison:
    """Return these runs side by side, oldest first, at most MOST_RUNS; ids that are none are left out."""
    wanted = sorted(set(run_ids))[:MOST_RUNS]
    runs = list(Run.objects.filter(pk__in=wanted).select_related("dataset", "version").order_by("pk"))
    reached: dict[int, dict[Key, RunMetric]] = {run.pk: {} for run in runs}
    titles: dict[Key, RunMetric] = {}
    for row in RunMetric.objects.filter(run__in=runs, arm=CANDIDATE).order_by("run_id", "pk"):
        reached[row.run_id][row.fold, row.metric] = row
        titles.setdefault((row.fold, row.metric), row)
    differences, unpaired = _differences(runs)
    return Comparison(runs, titles, reached, differences, unpaired)


def _differences(runs: Sequence[Run]) -> tuple[dict[int, dict[Key, Difference]], dict[int, str]]:
    if not runs:
        return {}, {}
    first, others = runs[0], runs[1:]
    mine, fault = _units(first)
    found: dict[int, dict[Key, Difference]] = {}
    unpaired = {}
    for run in others:
        theirs, why = _units(run)
        if run.dataset_id is None or run.dataset_id != first.dataset_id:
            why = f"{run} learned from another dataset than {first}"
        if fault or why:
            unpaired[run.pk] = fault or why
            continue
        found[run.pk] = _paired(mine, theirs)
    return found, unpaired


def _units(run: Run) -> tuple[Arrays, str]:
    """Return what is kept of a run unit by unit, or why nothing is."""
    if not run.evaluation_digest:
        return {}, f"{run} has not been evaluated"
    try:
        return arrays.unpack(store.open(run.evaluation_digest)), ""
    except (BadArtefact, ValueError):
        return {}, f"what was kept of {run} unit by unit cannot be read"


def _paired(first: Arrays, other: Arrays) -> dict[Key, Difference]:
    found = {}
    for name, each in other.items():
        fold, arm, metric = name.split("/")
        base = first.get(name)
        if arm != CANDIDATE or base is None or base.shape != each.shape:
            continue
        value, error = paired(each, base)
        if isfinite(value):
            found[fold, metric] = Difference(value, error if isfinite(error) else None, len(each))
    return found
