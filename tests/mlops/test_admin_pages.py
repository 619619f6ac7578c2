"""Every page of the learning system answers with real rows, says what they say, and asks a bounded number of questions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import groups
from mlops import arrays, store
from mlops.models import (
    Capture,
    Checkpoint,
    Dataset,
    Deployment,
    DriftReport,
    Erasure,
    Manifest,
    ModelVersion,
    Outcome,
    PolicyRequest,
    PromotionRequest,
    Run,
    RunStep,
)
from mlops.services import policy_requests
from tests.catalog import staff
from tests.clock import NOON
from tests.factories import mlops as make
from tests.factories.monitoring import make_drift_report, make_outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def noted() -> Capture:
    make.make_run()
    return Capture.objects.filter(of="mlops_run").latest("pk")


def signed() -> Checkpoint:
    return Checkpoint.objects.create(size=1, root="a" * 64, note="a note\n", key_id="k" * 64, signed_at=NOON)


def erased() -> Erasure:
    number = Erasure.objects.count()
    facts = {"counts": {"some_table": 3}, "versions": ["toy-learner v1"], "datasets": [{"dataset": "toy-rows d1"}]}
    row = Erasure.objects.create(
        subject_digest=f"{number:064x}", reason="asked to", erased_at=NOON, erased_by="system", **facts
    )
    Erasure.objects.filter(pk=row.pk).update(state="DONE")
    return row


def policy_asked() -> PolicyRequest:
    by = make.make_person("request_policy")
    number = PolicyRequest.objects.count()
    if last := PolicyRequest.objects.open().first():
        asker = make.make_person(subject_id=last.requested_by)
        policy_requests.withdraw_policy(request_id=last.pk, reason="no", by=asker, at=timezone.now())
    return policy_requests.open_policy_request(
        recipe_key="toy-learner", wanted=2 + number, reason="more of us", by=by, at=timezone.now()
    )


MAKE: dict[Any, Callable[[], Any]] = {
    Dataset: make.make_dataset,
    Run: lambda: make.make_candidate().run,
    ModelVersion: make.make_candidate,
    PromotionRequest: make.make_promotion_request,
    Deployment: make.make_promotion,
    DriftReport: make_drift_report,
    Outcome: make_outcome,
    Manifest: lambda: make.make_candidate().manifest,
    Capture: noted,
    Checkpoint: signed,
    Erasure: erased,
    PolicyRequest: policy_asked,
}
ALONE = [
    "run/start/",
    "run/start/?recipe=toy-learner",
    "run/provisioning/",
    "run/compare/",
    "deployment/on/",
    "outcome/summary/",
    "policy/",
    "policy/in-force/",
    "capture/strays/",
]


@pytest.fixture
def boss() -> Client:
    return staff.superuser()


def listing(model: Any) -> str:
    return f"/admin/mlops/{model._meta.model_name}/"


def page_of(client: Client, row: Any) -> str:
    response = client.get(f"{listing(type(row))}{row.pk}/change/")
    assert response.status_code == 200
    return str(response.content.decode().replace("&#x27;", "'").replace("&quot;", '"'))


@pytest.mark.parametrize("model", MAKE)
def test_a_row_has_a_page_and_a_list_and_nobody_changes_it_there(boss: Client, model: Any) -> None:
    row = MAKE[model]()
    assert boss.get(listing(model)).status_code == 200
    page_of(boss, row)
    for act in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert boss.post(f"{listing(model)}{act}", {"post": "yes"}).status_code == 403, act
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", MAKE)
def test_who_may_not_see_a_row_does_not(model: Any) -> None:
    row, client = MAKE[model](), staff.in_group(groups.CATALOGUE_EDITORS)
    assert client.get(listing(model)).status_code == 403
    assert client.get(f"{listing(model)}{row.pk}/change/").status_code == 403


@pytest.mark.parametrize("page", ALONE)
def test_pages_without_a_row_answer_on_an_empty_site_to_those_who_may(boss: Client, page: str) -> None:
    assert boss.get(f"/admin/mlops/{page}").status_code == 200
    assert staff.in_group(groups.CATALOGUE_EDITORS).get(f"/admin/mlops/{page}").status_code == 403


@pytest.mark.parametrize("model", [Run, ModelVersion, PromotionRequest, Deployment, DriftReport, Capture])
def test_a_list_asks_as_many_questions_for_five_rows_as_for_one(boss: Client, model: Any) -> None:
    make_one = {**MAKE, Deployment: lambda: make.make_promotion(make.make_candidate())}[model]
    counts = []
    for more in (1, 4):
        for _ in range(more):
            make_one()
        boss.get(listing(model))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            boss.get(listing(model))
        counts.append(len(asked))
    assert counts[1] <= counts[0]


def test_the_review_page_asks_a_bounded_number_of_questions(boss: Client) -> None:
    request = make.make_promotion_request(make.make_candidate(), at=timezone.now())
    for _ in range(5):
        make.make_promotion_request(make.make_candidate(), at=timezone.now())
    with CaptureQueriesContext(connection) as asked:
        page_of(boss, request)
    assert len(asked) < 40


def test_a_run_at_work_follows_itself_and_can_stand_still(boss: Client) -> None:
    run = make.make_run(state=Run.State.RUNNING)
    make.make_run_step(run)
    make.make_run_step(run, state=RunStep.State.RUNNING, output_digest="", finished_at=None)
    page = page_of(boss, run)
    assert "Running: 1 of 2 steps are done, now split." in page
    assert 'hx-trigger="every 3s"' in page
    assert '<meta http-equiv="refresh" content="3">' in page
    still = boss.get(f"{listing(Run)}{run.pk}/change/?pause=1").content.decode()
    assert "http-equiv" not in still
    assert 'hx-trigger="every' not in still
    run.state, run.finished_at = Run.State.FAILED, NOON
    run.failure = "no space is left"
    run.save()
    ended = boss.get(f"{listing(Run)}{run.pk}/change/", headers={"HX-Request": "true"})
    assert ended.headers["HX-Refresh"] == "true"
    assert "no space is left" in ended.content.decode()
    assert "Repeat…" in ended.content.decode()


def test_a_version_shows_its_card_its_checklist_and_a_gap_as_unknown(boss: Client) -> None:
    page = page_of(boss, make.make_candidate())
    assert "toy-rows d1" in page
    assert "Request promotion…" in page
    gap = page_of(boss, make.make_candidate(run={"environment": {}}))
    assert "Version control unknown" in gap
    assert "Request promotion…" not in gap


def test_the_review_page_says_what_differs_from_the_champion(boss: Client) -> None:
    make.make_promotion(make.make_candidate(), at=timezone.now())
    rows = make.make_dataset(rows=1234, histograms={"value": {"edges": [1.0, 2.0], "counts": [30, 20, 10]}})
    better = make.make_candidate(run={"dataset": rows, "params": {"damping": 9}})
    request = make.make_promotion_request(better, at=timezone.now())
    page = page_of(boss, request)
    assert "asks that toy-learner v2 may serve in the place of toy-learner v1" in page
    assert "1,234" in page
    assert "champion's" in page
    assert request.evidence_digest in page
    assert "2 of 2 gates passed." in page
    assert page.count(">differs<") >= 3


def test_what_served_is_told_for_any_moment(boss: Client) -> None:
    before = timezone.now() - timedelta(days=2)
    first = make.make_promotion(make.make_candidate(), at=before)
    make.make_promotion(make.make_candidate(), at=before + timedelta(days=1))

    def served(at: Any) -> str:
        response = boss.get("/admin/mlops/deployment/on/", {"at": f"{at:%Y-%m-%dT%H:%M:%S}"})
        return str(response.content.decode())

    assert "toy-learner v" not in served(before - timedelta(hours=1))
    assert f"request {first.request_id}" in served(before + timedelta(hours=1))
    assert "toy-learner v1" in served(before + timedelta(hours=1))
    assert "toy-learner v2" in served(timezone.now())
    wrong = boss.get("/admin/mlops/deployment/on/?at=yesterday")
    assert wrong.status_code == 200
    assert "Enter a valid date/time" in wrong.content.decode()


def evaluated(dataset: Dataset, damping: float, lift: float) -> Run:
    """A run whose candidate reached 0.5 + lift on each of four units, and a little more or less."""
    wobble = np.array([-0.01, 0.0, 0.0, 0.01])
    kept = store.put(arrays.pack({"held-out/candidate/accuracy": 0.5 + lift * (1 + wobble)}))
    run = make.make_run(state=Run.State.RUNNING, dataset=dataset, params={"damping": damping}, evaluation_digest=kept)
    make.make_run_metric(run, fold="held-out", metric="accuracy", value=0.5 + lift, error=0.01, units=4)
    return run


def test_runs_on_the_same_data_are_compared_unit_by_unit(boss: Client) -> None:
    data = make.make_dataset()
    first, second = evaluated(data, 1.0, 0.1), evaluated(data, 2.0, 0.2)
    chosen = boss.post(listing(Run), {"action": "compare", "_selected_action": [second.pk, first.pk]})
    assert chosen.headers["Location"] == f"/admin/mlops/run/compare/?runs={first.pk},{second.pk}"
    page = boss.get(chosen.headers["Location"]).content.decode()
    assert "▲ +.1000" in page, "each unit gained 0.1 on average"
    assert "▲ .7000 ± .0100" in page
    assert ">differs<" in page
    assert '<svg viewBox="0 0 100 10"' in page
    other = evaluated(make.make_dataset(), 1.0, 0.3)
    apart = boss.get(f"/admin/mlops/run/compare/?runs={first.pk},{other.pk}").content.decode()
    assert "learned from another dataset" in apart
    assert "Choose two runs or more" in boss.get("/admin/mlops/run/compare/?runs=x,,1").content.decode()


def test_outcomes_are_shares_of_what_was_shown_with_their_intervals(boss: Client) -> None:
    make_outcome(count=100, hour=timezone.now())
    make_outcome(act=Outcome.Act.OPENED, count=20, hour=timezone.now())
    make_outcome(act=Outcome.Act.ANSWERED, count=200, hour=timezone.now())
    page = boss.get("/admin/mlops/outcome/summary/").content.decode()
    assert page.count("20 · 20.0% (13.3% – 28.9%)") == 2
    assert "200 ·" not in page, "more acts than showings are no share"


def test_a_drift_report_names_the_columns_that_moved_and_the_run_it_caused(boss: Client) -> None:
    report = make_drift_report()
    run = make.make_run(cause=Run.Cause.DRIFT, drift_report=report)
    page = page_of(boss, report)
    assert "Recent data moved away from what the champion learned: value." in page
    assert f"run {run.pk}" in page


def test_provisioning_says_calmly_that_the_broker_is_away_and_marks_what_exceeds_its_declaration(boss: Client) -> None:
    run = make.make_run(state=Run.State.RUNNING)
    make.make_run_step(run, megabytes=90_000.0)
    page = boss.get("/admin/mlops/run/provisioning/").content.decode()
    assert "The broker does not answer just now" in page
    assert "▲ 90,000 MB" in page


def test_provisioning_shows_each_queue_with_what_waits_in_it(boss: Client, valkey: str) -> None:
    from mlops import queue

    queue.nudge(queue.EXECUTE_RUN, "training", run_id=1)
    page = " ".join(boss.get("/admin/mlops/run/provisioning/").content.decode().split())
    assert "The broker does not answer" not in page
    assert '<th scope="row"> training </th>' in page
    assert "none answered" in page
