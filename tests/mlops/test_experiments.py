"""Runs side by side: what differed, what was measured, and how sure the differences are."""

from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from mlops import arrays, store
from mlops.errors import BadRun
from mlops.models import Run
from mlops.selectors.experiments import Cell, comparison
from tests import toy_recipe
from tests.factories.mlops import make_dataset, make_run, make_run_metric
from tests.mlops.training import carried_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
ERROR = "held-out/candidate/error"


def measured(each: list[float], **given: Any) -> Run:
    """A run whose units are known by hand."""
    digest = store.put(arrays.pack({ERROR: np.array(each)}))
    run = make_run(state=Run.State.RUNNING, evaluation_digest=digest, **given)
    facts = {"fold": "held-out", "metric": "error", "error": 0.1, "higher_is_better": False}
    make_run_metric(run, value=float(np.mean(each)), units=len(each), **facts)
    return run


def test_differences_are_paired_unit_by_unit_with_the_first_run() -> None:
    dataset = make_dataset()
    first = measured([1.0, 2.0, 3.0, 4.0], dataset=dataset, params={"damping": 1})
    second = measured([0.0, 2.0, 2.0, 2.0], dataset=dataset, params={"damping": 2})
    found = comparison([first.pk, second.pk])
    assert found.params == (
        ("damping", (1, 2), True),
        ("seed", (0, 0), False),
        ("dataset", (str(dataset), str(dataset)), False),
    )
    line = found.lines[0]
    # by hand: differences −1, 0, −1, −2; mean −1, deviation √(2/3), error √(2/3)/2
    assert line.cells[0] == Cell(2.5, 0.1, 4)
    assert line.cells[1] is not None
    assert (line.cells[1].difference, line.cells[1].difference_error) == (-1.0, pytest.approx((2 / 3) ** 0.5 / 2))
    assert line.best == (1,)
    assert found.notes == ()


def test_other_rows_have_other_units_and_no_difference_is_made_up() -> None:
    first = measured([1.0, 2.0], dataset=make_dataset())
    other = measured([1.0, 1.0], dataset=make_dataset())
    unmeasured = make_run(state=Run.State.REFUSED)
    found = comparison([first.pk, other.pk, unmeasured.pk])
    assert [cell and cell.difference for cell in found.lines[0].cells] == [None, None, None]
    assert "their units cannot be paired" in found.notes[0]
    assert "was not measured (refused)" in found.notes[1]


def test_what_cannot_be_compared_is_refused_in_words() -> None:
    run, formula = make_run(), make_run(recipe_key="toy-formula")
    for ids, words in (([run.pk], "from 2 to 60"), ([run.pk, run.pk], "from 2"), ([run.pk, 0], "there is no run 0")):
        with pytest.raises(BadRun, match=words):
            comparison(ids)
    with pytest.raises(BadRun, match="of one recipe"):
        comparison([run.pk, formula.pk])


def test_the_points_of_a_grid_are_compared() -> None:
    parent = carried_out(grid={"damping": [0.0, 1000.0]})
    near, far = (carried_out(child) for child in parent.children.order_by("pk"))
    found = comparison([near.pk, far.pk])
    line = next(line for line in found.lines if (line.fold, line.metric) == ("held-out", "error"))
    assert line.best == (0,)
    assert line.cells[1] is not None
    assert line.cells[1].difference is not None
    assert line.cells[1].difference_error is not None
    assert line.cells[1].difference > 2 * line.cells[1].difference_error > 0


def test_train_now_shows_each_step_and_says_how_to_approve(capsys: Any) -> None:
    call_command("train", "toy-learner", "--reason", "to show it", "--param", "damping=2", "--now")
    said = capsys.readouterr().out
    assert said.index("freeze …") < said.index("register …") < said.index("SUCCEEDED")
    assert "toy-learner v1 is a candidate and passed its gates." in said
    assert "another person" in said
    assert Run.objects.get().params == {"damping": 2}


def test_train_takes_a_grid_and_carries_its_points_out(capsys: Any) -> None:
    call_command("train", "toy-learner", "--reason", "to choose", "--grid", "damping=0,1,5.5", "--now")
    assert sorted(Run.objects.values_list("state", flat=True)) == ["SUCCEEDED"] * 4
    assert "3 points were measured" in capsys.readouterr().out


def test_train_queues_and_says_what_happens_next(capsys: Any) -> None:
    call_command("train", "toy-learner", "--reason", "to wait")
    assert Run.objects.get().state == "QUEUED"
    assert "is queued" in capsys.readouterr().out
    for wrong in (
        ["toy-learner"],
        ["nonsense", "--reason", "x"],
        ["toy-learner", "--reason", "x", "--param", "damping"],
    ):
        with pytest.raises(CommandError):
            call_command("train", *wrong)


def test_train_now_ends_in_an_error_where_the_run_does(monkeypatch: Any) -> None:
    monkeypatch.setattr(toy_recipe, "SOURCE", {name: column[:1] for name, column in toy_recipe.made().items()})
    with pytest.raises(CommandError, match="refused: not enough data"):
        call_command("train", "toy-learner", "--reason", "to see", "--now")


def test_a_version_is_reproduced_and_what_learned_otherwise_is_not(capsys: Any, monkeypatch: Any) -> None:
    carried_out()
    call_command("train", "--reproduce", "toy-learner v1")
    assert "is reproduced" in capsys.readouterr().out
    fit = toy_recipe.ToyLearner.fit
    monkeypatch.setattr(
        toy_recipe.ToyLearner, "fit", lambda self, partials, params, seed: fit(self, partials, {"damping": 9.0}, seed)
    )
    with pytest.raises(CommandError, match="NOT reproduced"):
        call_command("train", "--reproduce", "toy-learner v1")
    with pytest.raises(CommandError, match="there is no version"):
        call_command("train", "--reproduce", "toy-learner v9")
