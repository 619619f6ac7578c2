"""What a version's run measured, as numbers: for pages that hold claims against them. None is unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mlops.models import DriftReport, ModelVersion, RunMetric
from mlops.selectors.components import CANDIDATE


@dataclass(frozen=True)
class Figure:
    """One metric of the candidate: its value, and its standard error where it has one."""

    value: float
    error: float | None


@dataclass(frozen=True)
class Reruns:
    """Versions learned from the same data with the same parameters and seed: how many, and how many are the same arrays."""

    runs: int
    same: int


@dataclass(frozen=True)
class Drift:
    """The newest report of recent rows against the version's own dataset."""

    measured_at: datetime
    rows: int
    columns: tuple[str, ...]
    moved: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """seconds: by step; metrics: the candidate's on the fold that decides, by slug."""

    seconds: Mapping[str, float]
    metrics: Mapping[str, Figure]
    reruns: Reruns | None
    drift: Drift | None


def figures(recipe_key: str, number: int) -> Figures | None:
    """Return the figures of a version, or None when there is no such version or no run behind it."""
    versions = ModelVersion.objects.filter(recipe_key=recipe_key, number=number, run__isnull=False)
    found = versions.select_related("run").first()
    if found is None or found.run is None:
        return None
    seconds = {step.name: step.seconds for step in found.run.steps.order_by("position") if step.seconds is not None}
    return Figures(seconds, _metrics(found), _reruns(found), _drift(found))


def _metrics(version: ModelVersion) -> dict[str, Figure]:
    """The first fold that was measured is the one that decides."""
    rows = list(RunMetric.objects.filter(run=version.run_id, arm=CANDIDATE).order_by("pk"))
    return {row.metric: Figure(row.value, row.error) for row in rows if row.fold == rows[0].fold}


def _reruns(version: ModelVersion) -> Reruns | None:
    run = version.run
    if run is None or run.dataset_id is None or not version.arrays_digest:
        return None
    alike = ModelVersion.objects.filter(recipe_key=version.recipe_key, run__dataset=run.dataset_id, run__seed=run.seed)
    again = [row for row in alike.order_by("number") if row.params == version.params]
    same = sum(row.arrays_digest == version.arrays_digest for row in again)
    return Reruns(len(again), same) if len(again) > 1 else None


def _drift(version: ModelVersion) -> Drift | None:
    own = DriftReport.objects.filter(recipe_key=version.recipe_key, dataset__runs__version=version)
    report = own.order_by("-measured_at", "-pk").first()
    if report is None:
        return None
    columns = tuple(str(column["name"]) for column in report.columns)
    moved = tuple(str(column["name"]) for column in report.columns if column.get("moved"))
    return Drift(report.measured_at, report.rows, columns, moved)
