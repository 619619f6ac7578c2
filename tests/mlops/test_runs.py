"""Runs are asked for, called off, repeated and annotated; what is wrong is refused in words."""

from typing import Any

import pytest

from mlops.errors import BadRun, Refused
from mlops.models import AuditEvent, Run
from mlops.ports import SYSTEM
from mlops.services import runs
from mlops.steps import GRID, STEPS
from tests.factories.mlops import NOON, make_run, make_run_step
from tests.mlops.training import queued

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


class Visitor:
    """Somebody without any right."""

    subject_id = "00000000-0000-0000-0000-00000000000a"
    is_active = True

    def has_perm(self, right: str) -> bool:
        return False


def test_a_run_waits_with_all_its_steps_and_is_on_record() -> None:
    run = queued(params={"damping": 3.0}, seed=7, tags=["b", "a", "a", " "], notes="first try")
    assert (run.state, run.params, run.seed, run.tags, run.until) == ("QUEUED", {"damping": 3.0}, 7, ["a", "b"], NOON)
    assert list(run.steps.order_by("position").values_list("name", "state")) == [(name, "WAITING") for name in STEPS]
    event = AuditEvent.objects.get()
    assert (event.action, event.object, event.reason) == ("run.queued", f"run:{run.pk}", "to see what it learns")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"recipe_key": "nonsense"}, "there are: toy-formula, toy-learner"),
        ({"reason": "  "}, "reason: say why"),
        ({"reason": "x" * 501}, "reason: say why"),
        ({"params": {"dumping": 1}}, "knows no dumping; it knows damping"),
        ({"params": {"damping": -1}}, "give a number of 0 or more"),
        ({"grid": {"damping": []}}, "needs a list of values"),
        ({"grid": {"damping": [1, 1]}}, "each of them once"),
        ({"grid": {"damping": [1, -1]}}, "give a number of 0 or more"),
        ({"grid": {"damping": list(range(51))}}, "51 points are more than 50"),
        ({"seed": -1}, "seed: a whole number"),
        ({"tags": ["x" * 41]}, "tags: at most"),
        ({"notes": "x" * 10_001}, "notes: at most"),
    ],
)
def test_what_is_wrong_is_refused_with_the_remedy_and_nothing_is_written(given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRun, match=words):
        queued(**given)
    assert not Run.objects.exists()
    assert not AuditEvent.objects.exists()


def test_who_has_no_right_may_do_none_of_it() -> None:
    run = make_run(state=Run.State.FAILED)
    with pytest.raises(Refused):
        queued(by=Visitor())
    for act in (runs.cancel, runs.repeat):
        with pytest.raises(Refused):
            act(run_id=run.pk, reason="because", by=Visitor(), at=NOON)
    with pytest.raises(Refused):
        runs.annotate(run_id=run.pk, notes="", tags=[], by=Visitor(), at=NOON)


def test_a_grid_has_steps_of_its_own() -> None:
    run = queued(grid={"damping": [0, 1]})
    assert list(run.steps.order_by("position").values_list("name", flat=True)) == list(GRID)


def test_a_cancelled_grid_takes_its_points_with_it_and_nothing_finished_can_be_cancelled() -> None:
    parent = queued(grid={"damping": [0, 1]})
    waiting, done = make_run(parent=parent), make_run(parent=parent, state="SUCCEEDED")
    runs.cancel(run_id=parent.pk, reason="not now", by=SYSTEM, at=NOON)
    states = dict(Run.objects.values_list("pk", "state"))
    assert states == {parent.pk: "CANCELLED", waiting.pk: "CANCELLED", done.pk: "SUCCEEDED"}
    with pytest.raises(BadRun, match="is cancelled already"):
        runs.cancel(run_id=parent.pk, reason="not now", by=SYSTEM, at=NOON)


def test_only_a_failed_run_is_repeated_and_keeps_what_was_done() -> None:
    run = make_run(state=Run.State.RUNNING, claims=3)
    make_run_step(run)
    make_run_step(run, state="FAILED", output_digest="")
    Run.objects.update(state=Run.State.FAILED, finished_at=NOON, failure="in fit: no room")
    runs.repeat(run_id=run.pk, reason="there is room", by=SYSTEM, at=NOON)
    run.refresh_from_db()
    assert (run.state, run.claims, run.worker, run.failure, run.finished_at) == ("QUEUED", 0, "", "", None)
    assert list(run.steps.order_by("position").values_list("state", flat=True)) == ["DONE", "WAITING"]
    with pytest.raises(BadRun, match="only a failed run can be repeated"):
        runs.repeat(run_id=run.pk, reason="again", by=SYSTEM, at=NOON)
    with pytest.raises(BadRun, match="There is no run"):
        runs.repeat(run_id=0, reason="again", by=SYSTEM, at=NOON)


def test_notes_and_tags_are_replaced() -> None:
    run = make_run(state=Run.State.SUCCEEDED, notes="old", tags=["old"])
    runs.annotate(run_id=run.pk, notes="new", tags=["x"], by=SYSTEM, at=NOON)
    run.refresh_from_db()
    assert (run.notes, run.tags) == ("new", ["x"])
    assert AuditEvent.objects.get().action == "run.annotated"


def test_runs_that_are_due_are_asked_for_again() -> None:
    make_run(state=Run.State.SUCCEEDED)
    make_run(state=Run.State.RUNNING)  # silent since NOON
    make_run(state=Run.State.QUEUED)
    assert runs.nudge_due(at=NOON) == 1
    assert runs.nudge_due(at=NOON + 2 * runs.SILENCE) == 2
