"""Runs: asked for, called off, queued again after a failure, and annotated."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mlops import policies, queue, registry
from mlops.errors import BadRun
from mlops.models import Dataset, DriftReport, Run, RunStep
from mlops.models.runs import SILENCE
from mlops.ports import Actor, Recipe
from mlops.services.audit import record
from mlops.services.sealing import governed
from mlops.steps import GRID, STEPS

MOST_NUDGED = 8  # the longest waiting first; the others are asked for when these are done
MOST_POINTS = 50
MOST_TAGS, LONGEST_TAG, LONGEST_NOTES, LONGEST_REASON = 20, 40, 10_000, 500


def queue_run(
    *,
    recipe_key: str,
    reason: str,
    by: Actor,
    at: datetime,
    cause: str = Run.Cause.PERSON,
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    grid: Mapping[str, Sequence[Any]] | None = None,
    drift_report: DriftReport | None = None,
    tags: Sequence[str] = (),
    notes: str = "",
    dataset: Dataset | None = None,
) -> Run:
    """Queue a run on what is recorded until `at`; with a grid, one run for each of its points, made by the worker.

    dataset: a frozen one, to learn from that instead.

    A grid's points are measured and make no version; a version is made by queueing one point's parameters by themselves.
    Raises BadRun naming the field and the remedy, Refused for who may not.
    """
    policies.check_may_run(by)
    recipe = _recipe(recipe_key)
    run = Run(
        recipe_key=recipe_key,
        cause=cause,
        drift_report=drift_report,
        params=_checked(recipe, params or {}),
        grid=_grid(recipe, params or {}, grid or {}),
        reason=_reason(reason),
        tags=_tags(tags),
        notes=_notes(notes),
        seed=_seed(seed),
        dataset=dataset,
        until=dataset.until if dataset else at,
        queued_at=at,
        queued_by=str(by.subject_id),
    )
    return _queued(run, by, at)


@governed()
def _queued(run: Run, by: Actor, at: datetime) -> Run:
    run.save(force_insert=True)
    lay_out(run, GRID if run.grid else STEPS)
    queue.execute_soon(run.pk)
    facts = {"recipe": run.recipe_key, "params": run.params, "grid": run.grid, "seed": run.seed}
    record("run.queued", f"run:{run.pk}", by=by, at=at, reason=run.reason, cause=str(run.cause), **facts)
    return run


@governed()
def cancel(*, run_id: int, reason: str, by: Actor, at: datetime) -> Run:
    """Call off a run, and a grid's points with it. A worker at it stops at the end of its step."""
    policies.check_may_run(by)
    words = _reason(reason)
    run = _found(run_id)
    changes = {"state": Run.State.CANCELLED, "finished_at": at, "failure": f"cancelled: {words}"}
    if not Run.objects.unfinished().filter(pk=run_id).update(**changes):
        raise BadRun(f"{run} is {run.state.lower()} already: only what is queued or running can be cancelled.")
    Run.objects.unfinished().filter(parent=run_id).update(**changes)
    record("run.cancelled", f"run:{run_id}", by=by, at=at, reason=words)
    run.refresh_from_db()
    return run


@governed()
def repeat(*, run_id: int, reason: str, by: Actor, at: datetime) -> Run:
    """Queue a failed run again: it goes on at its first unfinished step, with the same data, parameters and seed."""
    policies.check_may_run(by)
    words = _reason(reason)
    run = _found(run_id)
    fresh = {"state": Run.State.QUEUED, "claims": 0, "worker": "", "heartbeat_at": None}
    if not Run.objects.filter(pk=run_id, state=Run.State.FAILED).update(**fresh, finished_at=None, failure=""):
        raise BadRun(f"{run} is {run.state.lower()}: only a failed run can be repeated; queue a new one instead.")
    run.steps.exclude(state=RunStep.State.DONE).update(state=RunStep.State.WAITING)
    queue.execute_soon(run_id)
    record("run.repeated", f"run:{run_id}", by=by, at=at, reason=words)
    run.refresh_from_db()
    return run


@governed()
def annotate(*, run_id: int, notes: str, tags: Sequence[str], by: Actor, at: datetime) -> Run:
    """Replace a run's notes and tags."""
    policies.check_may_run(by)
    run = _found(run_id)
    Run.objects.filter(pk=run_id).update(notes=_notes(notes), tags=_tags(tags))
    record("run.annotated", f"run:{run_id}", by=by, at=at)
    run.refresh_from_db()
    return run


def is_due(*, run_id: int, at: datetime) -> bool:
    """Say whether a worker may take this run up now."""
    return Run.objects.due(at, SILENCE).filter(pk=run_id).exists()


def nudge_due(*, at: datetime) -> int:
    """Ask again for runs that wait, or whose worker is gone; a message may have been lost. Returns how many."""
    due = list(Run.objects.due(at, SILENCE).values_list("pk", flat=True)[:MOST_NUDGED])
    for run_id in due:
        queue.execute_soon(run_id)
    return len(due)


def lay_out(run: Run, names: Sequence[str]) -> None:
    """Write down the steps that are to come."""
    RunStep.objects.bulk_create(
        RunStep(run=run, position=place, name=name) for place, name in enumerate(names, start=1)
    )


def _found(run_id: int) -> Run:
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        raise BadRun(f"There is no run {run_id}.")
    return run


def _recipe(key: str) -> Recipe:
    try:
        return registry.recipe(key)
    except KeyError as error:
        raise BadRun(f"recipe: {error.args[0]}.") from error


def _checked(recipe: Recipe, params: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(params) - set(recipe.params))
    if unknown:
        raise BadRun(
            f"params: {recipe.key} knows no {', '.join(unknown)}; it knows {', '.join(sorted(recipe.params))}."
        )
    try:
        return recipe.checked(params)
    except ValueError as error:
        raise BadRun(f"params: {error}") from error


def _grid(recipe: Recipe, params: Mapping[str, Any], grid: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Every value by itself; combinations are made by the worker, that needs no second opinion on single values."""
    for name, values in grid.items():
        if isinstance(values, str) or not len(values) or len({repr(value) for value in values}) < len(values):
            raise BadRun(f"grid: {name} needs a list of values, each of them once.")
        for value in values:
            _checked(recipe, {**params, name: value})
    points = math.prod(len(values) for values in grid.values())
    if points > MOST_POINTS:
        raise BadRun(f"grid: {points} points are more than {MOST_POINTS}; leave values out or queue two grids.")
    return {name: list(values) for name, values in grid.items()}


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise BadRun(f"reason: say why, in 1 to {LONGEST_REASON} characters.")
    return words


def _tags(tags: Sequence[str]) -> list[str]:
    found = sorted({tag.strip() for tag in tags} - {""})
    if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
        raise BadRun(f"tags: at most {MOST_TAGS}, each of at most {LONGEST_TAG} characters.")
    return found


def _notes(notes: str) -> str:
    if len(notes) > LONGEST_NOTES:
        raise BadRun(f"notes: at most {LONGEST_NOTES} characters.")
    return notes


def _seed(seed: int) -> int:
    if not 0 <= seed < 2**32:
        raise BadRun("seed: a whole number from 0 to 4294967295.")
    return seed
