"""From rows to a judged version: what each step leaves, and that it leaves it once."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops import arrays, store
from mlops.models import AuditEvent, ModelVersion, Run
from mlops.pipeline import environment
from mlops.steps import STEPS, TRACKED
from tests import toy_recipe
from tests.factories.mlops import NOON
from tests.mlops.training import carried_out, ended, queued

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def test_a_run_goes_from_rows_to_a_judged_version_and_nothing_serves() -> None:
    run = carried_out()
    assert ended(run) == ("SUCCEEDED", "")
    assert [step.name for step in run.steps.order_by("position")] == list(STEPS)
    version = ModelVersion.objects.get(run=run)
    assert (version.label, version.state, version.created_by) == ("toy-learner v1", "CANDIDATE", "system")
    assert version.params == {"damping": 1.0}
    report = version.gate_report
    assert {result["key"]: result["passed"] for result in report.results} == {
        "better": True,
        "no-worse": None,
        "stable": True,
    }
    assert report.passed
    assert {str(result["against"]) for result in report.results} == {"{}"}
    assert report.tables[0]["title"] == "Told of each item"
    assert [event.action for event in AuditEvent.objects.order_by("seq")] == [
        "run.queued",
        "dataset.frozen",
        "version.registered",
        "run.succeeded",
    ]
    assert not version.deployments.exists()


def test_what_was_evaluated_is_what_is_kept() -> None:
    run = carried_out()
    version = ModelVersion.objects.get(run=run)
    kept = arrays.unpack(store.open(version.artefact_digest))
    assert sorted(kept) == ["means", "spread"]
    assert arrays.digest(kept) == version.arrays_digest
    asked = toy_recipe.ToyLearner().split(toy_recipe.made())[0].asked
    error = np.abs(kept["means"][asked["item"]] - asked["value"]).mean()
    measured = run.metrics.get(fold="held-out", arm="candidate", metric="error")
    assert measured.value == pytest.approx(float(error))


def test_each_step_says_what_went_in_came_out_and_was_used() -> None:
    steps = list(carried_out().steps.order_by("position"))
    for step in steps:
        assert (step.state, step.attempts) == ("DONE", 1)
        assert len(step.input_digest) == len(step.output_digest) == 64
        assert step.seconds is not None
        assert step.cpu_seconds is not None
        assert step.megabytes is not None
        assert step.megabytes > 20
    by_name = {step.name: step for step in steps}
    assert by_name["partials"].done == by_name["partials"].total > 1
    assert "60 subjects" in by_name["freeze"].log


def test_rivals_are_measured_beside_it_with_paired_differences() -> None:
    run = carried_out()
    rival = run.metrics.get(fold="held-out", arm="mean", metric="error")
    mine = run.metrics.get(fold="held-out", arm="candidate", metric="error")
    assert rival.difference == pytest.approx(mine.value - rival.value)
    each = arrays.unpack(store.open(run.evaluation_digest))
    lead = each["held-out/candidate/error"] - each["held-out/mean/error"]
    assert rival.difference_error == pytest.approx(lead.std(ddof=1) / np.sqrt(len(lead)))
    assert set(run.metrics.values_list("fold", flat=True)) == {"held-out", "later"}


def test_the_same_data_parameters_and_seed_give_the_same_arrays() -> None:
    first, second = carried_out(), carried_out()
    assert first.dataset == second.dataset
    digests = {run.version.arrays_digest for run in (first, second)}
    assert len(digests) == 1
    assert [run.version.number for run in (first, second)] == [1, 2]
    assert carried_out(seed=1).version.arrays_digest not in digests


def test_the_environment_says_what_it_ran_on() -> None:
    found = carried_out().environment
    assert {"python", "platform", "numpy", "scipy", "lock_digest", "threads", "commit", "dirty"} <= set(found)
    assert {pool["num_threads"] for pool in found["threads"]} == {1}


def test_without_git_the_code_is_known_by_its_files(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.BASE_DIR = tmp_path
    monkeypatch.delenv("COMMIT", raising=False)
    source = tmp_path / "package" / "__init__.py"
    source.parent.mkdir()
    source.touch()
    first = environment.facts()
    assert re.fullmatch("files-[0-9a-f]{64}", first["commit"])
    assert (first["dirty"], first["lock"]) == ("unknown", "installed packages")
    source.write_text("changed = True")
    environment._files.cache_clear()
    assert environment.facts()["commit"] != first["commit"]


def test_progress_is_told_to_whoever_listens() -> None:
    from mlops.pipeline.execute import execute

    heard: list[str] = []
    execute(run_id=queued().pk, worker="here", told=heard.append)
    assert [line for line in heard if line.endswith("…")] == [f"{name} …" for name in STEPS]
    assert heard[-1] == "SUCCEEDED"


def test_a_grid_is_a_run_of_runs_that_are_measured_and_make_no_version() -> None:
    parent = carried_out(grid={"damping": [0.0, 1.0, 100.0]})
    assert parent.state == "RUNNING"
    children = list(parent.children.order_by("pk"))
    assert [child.params for child in children] == [{"damping": value} for value in (0.0, 1.0, 100.0)]
    assert {child.cause for child in children} == {"GRID"}
    for child in children[:2]:
        assert ended(carried_out(child)) == ("SUCCEEDED", "")
    assert ended(parent)[0] == "RUNNING"
    carried_out(children[2])
    assert ended(parent) == ("SUCCEEDED", "")
    assert [step.name for step in children[0].steps.order_by("position")] == list(TRACKED)
    assert {child.dataset_id for child in Run.objects.filter(parent=parent)} == {parent.dataset_id}
    assert not ModelVersion.objects.exists()


def test_a_formula_is_judged_by_the_same_steps() -> None:
    run = carried_out(recipe_key="toy-formula", params={"factor": 2})
    assert ended(run) == ("SUCCEEDED", "")
    assert run.version.kind == "SOFTWARE"
    assert run.version.gate_report.passed


@pytest.mark.parametrize("rows", ["none", "one", "equal"])
def test_too_little_data_is_refused_and_makes_nothing(rows: str, monkeypatch: Any) -> None:
    whole = toy_recipe.made()
    if rows == "equal":
        whole["value"] = np.full_like(whole["value"], 4)
    else:
        size = 1 if rows == "one" else 0
        whole = {name: column[:size] for name, column in whole.items()} if size else _future(whole)
    monkeypatch.setattr(toy_recipe, "SOURCE", whole)
    state, failure = ended(carried_out())
    assert state == "REFUSED"
    assert failure.startswith("not enough data: ")
    assert not ModelVersion.objects.exists()


def _future(rows: dict[str, Any]) -> dict[str, Any]:
    """Rows that nobody knows of yet at NOON."""
    return {**rows, "at": rows["at"] + int(NOON.timestamp())}


def test_a_breach_of_contract_is_refused_and_names_rows(monkeypatch: Any) -> None:
    rows = toy_recipe.made()
    rows["value"][[4, 16, 89]] = 11
    monkeypatch.setattr(toy_recipe, "SOURCE", rows)
    state, failure = ended(carried_out())
    assert state == "REFUSED"
    assert "value: 3 rows not one of 0, 1," in failure
    assert "rows 5, 17, 90" in failure
