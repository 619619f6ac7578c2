"""A change of recipe code trains and judges a candidate: the whole line, in this process, on a generated set."""

import os

import pytest

from catalog.demo import generated, holding, sources
from catalog.recsys.recommender import RecommenderModel
from catalog.selectors import extracts
from catalog.services import demo
from mlops import arrays, registry, store
from mlops.models import Deployment, ModelVersion, Run, RunMetric, RunStep
from mlops.pipeline.execute import execute
from mlops.ports import SYSTEM
from mlops.services import runs
from tests.clock import NOON

SEED, FILMS, RATERS, RATINGS = 1895, 1_200, 400, 25_000  # small, and still 153 people to ask
RIVALS = ("popularity", "weighted-rating", "svd")


@pytest.fixture
def _generated(transactional_db):
    films = generated.generated_films(SEED, FILMS)
    loaded, _ = holding.held_back(generated.generated_ratings(SEED, films, RATERS, RATINGS), 10)
    made = demo.DemoSet(films, sources.GENERATED, {}, loaded, sources.GENERATED, {}, licence_seed=SEED)
    demo.load(demo_set=made, by=SYSTEM, at=NOON, progress=lambda *_: None)


@pytest.fixture
def version(_generated):
    run = runs.queue_run(recipe_key="recommender", reason="The recipe's code changed.", by=SYSTEM, at=NOON)
    execute(run_id=run.pk, worker=f"test:{os.getpid()}")
    run.refresh_from_db()
    assert run.state == Run.State.SUCCEEDED, run.failure
    return ModelVersion.objects.get(run=run)


def test_a_candidate_is_trained_judged_and_serves_nobody(version):
    report = version.gate_report
    assert report.passed, [result["words"] for result in report.results if result["passed"] is False]
    verdicts = {result["key"]: result["passed"] for result in report.results}
    assert verdicts.pop("not-worse") is None  # there is no champion yet
    assert set(verdicts.values()) == {True}
    assert {"enough-people", "beats-popularity", "beats-svd"} <= set(verdicts)
    assert (version.state, Deployment.objects.filter(recipe_key="recommender").exists()) == ("CANDIDATE", False)
    assert {step.state for step in version.run.steps.all()} == {RunStep.State.DONE}
    _measured(version.run)
    _compared(report.tables)
    _usable(version)


def _measured(run):
    """On both folds every arm was measured, and on the same people."""
    found = RunMetric.objects.filter(run=run, fold="held-out-users", metric="ndcg-100")
    assert {one.arm for one in found} == {"candidate", *RIVALS}
    assert {one.units for one in found} == {153}
    for rival in found.filter(arm__in=("popularity", "svd")):
        assert rival.difference > 2 * rival.difference_error
    assert RunMetric.objects.filter(run=run, fold="global-time", arm="candidate", metric="units").exists()


def _compared(tables):
    titles = [table["title"] for table in tables]
    assert titles[:3] == ["Films listed most", "The lists by decade", "The lists by genre"]
    assert titles[3:] == [f"Held-out visitor {number}" for number in (1, 2, 3)]
    assert all(len(row) == len(table["head"]) for table in tables for row in table["rows"])


def _usable(version):
    """What was registered lists films with reasons that add up and intervals about each rank."""
    model = registry.recipe("recommender").load(arrays.unpack(store.open(version.artefact_digest)))
    assert isinstance(model, RecommenderModel)
    rows, _ = extracts.ratings(None, NOON)
    one = rows["subject"] == rows["subject"][0]
    known = dict(zip(rows["film"][one].tolist(), rows["value"][one].tolist(), strict=True))
    listed = model.top_n(known)
    assert len(listed) == 10
    for film in listed:
        assert film.film not in known
        assert sum(lift.weight for lift in film.lifts) == film.score
        assert all(known[lift.film] >= 7 for lift in film.lifts)
        assert film.best_rank <= film.rank <= film.worst_rank
