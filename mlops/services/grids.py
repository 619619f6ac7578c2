"""Grids: a run whose points are runs of their own, and which ends with the last of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mlops import queue
from mlops.models import Run
from mlops.ports import SYSTEM
from mlops.services.audit import record
from mlops.services.runs import lay_out
from mlops.services.sealing import governed
from mlops.steps import TRACKED


@governed()
def expand(*, parent: Run, points: Sequence[Mapping[str, Any]], at: datetime) -> list[Run]:
    """Queue a run for each point that has none yet, on the parent's dataset, and return them all."""
    present = [child.params for child in parent.children.all()]
    wanted = [params for point in points if (params := {**parent.params, **point}) not in present]
    for params in wanted:
        _child(parent, params, at)
    if wanted:
        record("grid.expanded", f"run:{parent.pk}", by=SYSTEM, at=at, reason=parent.reason, points=len(wanted))
    return list(parent.children.order_by("pk"))


def nudge(*, parent: Run) -> None:
    """Ask for the points that are not finished."""
    for child_id in Run.objects.unfinished().filter(parent=parent).order_by("pk").values_list("pk", flat=True):
        queue.execute_soon(child_id)


def settle(*, child_id: int, at: datetime) -> None:
    """End the grid this run is a point of, if it was the last; inside the caller's transaction."""
    parent_id = Run.objects.values_list("parent", flat=True).filter(pk=child_id).first()
    if parent_id:
        finish(parent_id=parent_id, at=at)


@governed()
def finish(*, parent_id: int, at: datetime) -> bool:
    """End a grid all points of which are finished: succeeded when one of them did. Says whether it ended now."""
    parent = Run.objects.select_for_update().get(pk=parent_id)  # two points that end at once see each other
    states = list(parent.children.values_list("state", flat=True))
    if parent.state != Run.State.RUNNING or {Run.State.QUEUED, Run.State.RUNNING} & set(states) or not states:
        return False
    good = Run.State.SUCCEEDED in states
    parent.state = Run.State.SUCCEEDED if good else Run.State.FAILED
    parent.failure = "" if good else f"none of {len(states)} points succeeded"
    parent.finished_at = at
    parent.save(update_fields=["state", "failure", "finished_at"])
    record(f"run.{parent.state.lower()}", f"run:{parent_id}", by=SYSTEM, at=at, reason=parent.failure)
    return True


def _child(parent: Run, params: Mapping[str, Any], at: datetime) -> None:
    child = Run.objects.create(
        recipe_key=parent.recipe_key,
        cause=Run.Cause.GRID,
        reason=parent.reason,
        parent=parent,
        dataset=parent.dataset,
        params=dict(params),
        seed=parent.seed,
        until=parent.until,
        tags=parent.tags,
        queued_at=at,
        queued_by=parent.queued_by,
    )
    lay_out(child, TRACKED)
