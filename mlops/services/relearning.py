"""Learning anew after an erasure: a run of each recipe that had learned, as before but without the subject."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from mlops import registry
from mlops.errors import BadRun
from mlops.models import Deployment, Erasure, ModelVersion, Run, RunStep
from mlops.ports import SYSTEM, Kind
from mlops.services import runs

REASON = "Somebody's data was erased: learned again without it."


def queue(
    *, versions: Sequence[ModelVersion], stopped: Sequence[Run], touched: Collection[int], at: datetime
) -> list[Run]:
    """Queue a run of each recipe that learned from the datasets, unless one waits already, and return those queued.

    It takes the dataset, parameters and seed of the version in force, or else of the newest, or of the run that was stopped.
    """
    keys = sorted({version.recipe_key for version in versions} | {run.recipe_key for run in stopped})
    wanted = [key for key in keys if _learns(key) and not _waits(key)]
    return [_queued(key, _model(key, versions, stopped, touched), at) for key in wanted]


def learned_from_erased(version: ModelVersion) -> str:
    """Say how much of what a version learned from was erased since; "" when nothing was."""
    gone = sum(version.label in labels for labels in Erasure.objects.values_list("versions", flat=True))
    return f"the data of {gone} {'person' if gone == 1 else 'people'}" if gone else ""


def source(run: Run) -> Run | None:
    """Return the finished run whose sums a run after an erasure goes on from: of the same recipe and dataset, the newest."""
    steps = RunStep.objects.filter(name="partials", state=RunStep.State.DONE, run__recipe_key=run.recipe_key)
    found = steps.filter(run__dataset=run.dataset_id, run__state=Run.State.SUCCEEDED).exclude(run=run.pk)
    step = found.select_related("run").order_by("-run").first()
    return step.run if step else None


def _learns(key: str) -> bool:
    recipe = registry.recipes().get(key)
    return recipe is not None and recipe.kind is Kind.LEARNING


def _waits(key: str) -> bool:
    return Run.objects.filter(recipe_key=key, state=Run.State.QUEUED, parent=None, grid={}).exists()


def _model(key: str, versions: Sequence[ModelVersion], stopped: Sequence[Run], touched: Collection[int]) -> Run:
    champion = Deployment.objects.champion(key)
    if champion and champion.version.run and champion.version.run.dataset_id in touched:
        return champion.version.run
    made = [version.run for version in versions if version.recipe_key == key and version.run]
    return made[-1] if made else [run for run in stopped if run.recipe_key == key][-1]


def _queued(key: str, model: Run, at: datetime) -> Run:
    asked: dict[str, Any] = {
        "recipe_key": key,
        "reason": REASON,
        "by": SYSTEM,
        "at": at,
        "cause": Run.Cause.ERASURE,
        "seed": model.seed,
    }
    try:
        return runs.queue_run(params=model.params, dataset=model.dataset, **asked)
    except BadRun:  # the recipe no longer knows these parameters
        return runs.queue_run(**asked)
