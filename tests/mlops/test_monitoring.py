"""Watching a champion: what moved is reported, and asks for one run; what did not, or is too little, asks for nothing."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from mlops import store
from mlops.models import AuditEvent, DriftReport, Run
from mlops.ports import SYSTEM, Rows
from mlops.services import distributions, monitoring, runs
from tests import toy_recipe
from tests.factories.mlops import NOON, make_candidate, make_dataset, make_genesis, make_promotion, make_run
from tests.toy_recipe import ITEMS, ToyLearner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
DAY = timedelta(days=1)
LATER = NOON + DAY


def given(subjects: int, at: datetime, *, higher: int = 0, seed: int = 0) -> Rows:
    """Rows of new subjects, all given at one moment, their values shifted."""
    rows = toy_recipe.made(subjects, seed=seed)
    who = np.array([f"{seed:04d}{subject[4:]}" for subject in rows["subject"]])
    value = np.clip(rows["value"] + higher, 0, 10)
    return {**rows, "subject": who, "value": value, "at": np.full(len(value), int(at.timestamp()))}


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is recorded: 200 subjects before noon; call it to record more."""
    monkeypatch.setattr(toy_recipe, "SOURCE", given(200, NOON - DAY))

    def more(rows: Rows) -> None:
        now = toy_recipe.SOURCE
        monkeypatch.setattr(toy_recipe, "SOURCE", {name: np.concatenate([now[name], rows[name]]) for name in now})

    return more


@pytest.fixture
def champion(toys: None, recorded: Any) -> Any:
    """A version in force that learned from what was recorded until noon."""
    rows = ToyLearner().extract(None, NOON).rows
    kept = distributions.keep(recipe=ToyLearner(), rows=rows)
    dataset = make_dataset(dataset_key="toy-answers", histograms=kept, until=NOON, rows=len(rows["value"]))
    return make_promotion(make_candidate(run={"dataset": dataset})).version


def measure(at: datetime = LATER) -> DriftReport | None:
    return monitoring.measure_drift(recipe_key="toy-learner", by=SYSTEM, at=at)


def drift_runs() -> list[Run]:
    return list(Run.objects.filter(cause=Run.Cause.DRIFT))


# --- what is reported --------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("champion")
def test_what_moved_is_reported_and_asks_for_a_run_that_names_its_cause(recorded: Any) -> None:
    recorded(given(120, NOON + DAY / 2, higher=3, seed=1))
    report = measure()
    assert report is not None
    assert (report.moved, report.rows, report.subjects, report.since) == (True, 120 * ITEMS, 120, NOON)
    (column,) = report.columns
    assert column["name"] == "value"
    assert column["psi"] > column["limit"] >= 0.1
    assert sum(column["counts"]) == report.rows
    (run,) = drift_runs()
    assert (run.drift_report, run.state, run.queued_by) == (report, "QUEUED", "system")
    assert run.reason.startswith(f"Moved since {report.dataset}: value (PSI ")
    said = {event.action: event.facts["detail"] for event in AuditEvent.objects.order_by("seq")}
    assert said["drift.reported"]["moved"] == ["value"]
    assert "run.queued" in said


@pytest.mark.usefixtures("champion")
def test_what_did_not_move_is_reported_and_asks_for_nothing(recorded: Any) -> None:
    recorded(given(120, NOON + DAY / 2, seed=1))
    report = measure()
    assert report is not None
    assert not report.moved
    assert drift_runs() == []


@pytest.mark.usefixtures("champion")
@pytest.mark.parametrize(("subjects", "at"), [(0, LATER), (60, LATER), (120, NOON)])
def test_too_little_or_what_the_dataset_holds_already_is_no_report(
    recorded: Any, caplog: pytest.LogCaptureFixture, subjects: int, at: datetime
) -> None:
    """60 subjects gave 360 rows; what was recorded at noon itself is in the dataset that was frozen at noon."""
    recorded(given(subjects, at, higher=3, seed=1))
    with caplog.at_level("INFO", logger="mlops"):
        assert measure() is None
    assert "500 rows of 20 subjects are needed" in caplog.text
    assert not DriftReport.objects.exists()


def test_nothing_in_force_is_no_report(caplog: pytest.LogCaptureFixture) -> None:
    make_genesis("toy-formula")
    assert monitoring.watched_recipes() == []
    with caplog.at_level("INFO", logger="mlops"):
        assert measure() is None
    assert "no version of it is in force" in caplog.text


@pytest.mark.usefixtures("champion")
def test_the_recipes_that_are_watched_learn_and_serve() -> None:
    make_genesis("toy-formula")
    assert monitoring.watched_recipes() == ["toy-learner"]


def test_lost_counts_by_subject_leave_the_fixed_limit(recorded: Any, champion: Any, caplog: Any) -> None:
    store.remove(champion.run.dataset.histograms["value"]["blocks"])
    recorded(given(120, NOON + DAY / 2, higher=3, seed=1))
    report = measure()
    assert report is not None
    assert (report.moved, report.columns[0]["chance"], report.columns[0]["limit"]) == (True, None, 0.1)
    assert "has lost what it keeps of the subjects of value" in caplog.text


# --- how often a run is asked for --------------------------------------------------------------------------------
@pytest.mark.usefixtures("champion")
def test_one_run_at_a_time_and_then_a_rest(recorded: Any, settings: Any) -> None:
    settings.MLOPS_DRIFT_COOLDOWN = 3600
    recorded(given(120, NOON + DAY / 2, higher=3, seed=1))
    measure()
    assert measure(LATER + DAY) is not None  # reported again, but the first run is still under way
    (first,) = drift_runs()
    runs.cancel(run_id=first.pk, reason="enough", by=SYSTEM, at=LATER + DAY)
    measure(first.queued_at + timedelta(minutes=59))
    assert drift_runs() == [first]
    measure(first.queued_at + timedelta(minutes=61))
    assert len(drift_runs()) == 2
    assert DriftReport.objects.count() == 4


@pytest.mark.usefixtures("champion")
def test_no_run_is_asked_for_while_another_is_under_way(recorded: Any) -> None:
    make_run(state="RUNNING")
    recorded(given(120, NOON + DAY / 2, higher=3, seed=1))
    assert measure() is not None
    assert drift_runs() == []


@pytest.mark.usefixtures("champion")
def test_a_candidate_that_waits_for_approval_is_not_made_again_from_the_same_rows(recorded: Any) -> None:
    recorded(given(120, NOON + DAY / 2, higher=3, seed=1))
    make_candidate(run={"until": LATER, "dataset": make_dataset(dataset_key="toy-answers", until=LATER)})
    assert measure(LATER + DAY) is not None
    assert drift_runs() == []
    recorded(given(120, LATER + DAY, higher=3, seed=2))
    measure(LATER + 2 * DAY)
    assert len(drift_runs()) == 1


# --- false alarms ------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("champion")
def test_fifty_replays_of_the_same_distribution_raise_no_alarm(recorded: Any) -> None:
    before = toy_recipe.SOURCE
    moved = 0
    for seed in range(1, 51):
        with transaction.atomic():
            recorded(given(100, NOON + DAY / 2, seed=seed))
            report = measure()
            assert report is not None
            moved += report.moved
            transaction.set_rollback(True)
        toy_recipe.SOURCE = before
    assert moved == 0
