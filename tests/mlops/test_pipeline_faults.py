"""Workers that die, meet, run out of room or time: one version, or none and the words why."""

import errno
import resource
import signal
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np
import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings as site
from django.db import OperationalError, connection
from django.utils import timezone

from mlops import registry
from mlops.errors import BadArtefact, Busy
from mlops.models import Dataset, ModelVersion, Run
from mlops.pipeline import contract
from mlops.pipeline.execute import execute
from mlops.ports import SYSTEM, Arrays
from mlops.services import runs
from mlops.steps import STEPS
from tests import toy_recipe
from tests.factories.mlops import NOON
from tests.mlops.training import carried_out, child, ended, in_child, killed_in, long_silence, queued, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]


class Heavy(toy_recipe.ToyLearner):
    """Learns 20 MB of zeros beside the means."""

    key = "toy-heavy"

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> toy_recipe.Means:
        return toy_recipe.Means(super().fit(partials, params, seed).means, np.zeros(20 * 2**17))


class Slow(toy_recipe.ToyLearner):
    """Is still at it when its time is over, as a worker's supervisor would tell it by a signal."""

    key = "toy-slow"

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> toy_recipe.Means:
        def over(number: int, frame: Any) -> None:
            raise SoftTimeLimitExceeded

        before = signal.signal(signal.SIGALRM, over)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            time.sleep(30)
        finally:
            signal.signal(signal.SIGALRM, before)
        return super().fit(partials, params, seed)


class Shaky(toy_recipe.ToyLearner):
    """Breaks in its fit as often as there is trouble."""

    key = "toy-shaky"
    troubles: list[Exception] = []

    def fit(self, partials: Sequence[Arrays], params: Mapping[str, Any], seed: int) -> toy_recipe.Means:
        if self.troubles:
            raise self.troubles.pop()
        return super().fit(partials, params, seed)


@pytest.fixture(autouse=True, scope="module")
def _pandera_is_awake() -> None:
    """Its first use takes seconds, which every process forked from here would need anew."""
    contract.check(toy_recipe.ToyLearner.columns, toy_recipe.made(2))


@pytest.fixture
def odd_toys(toys: None, settings: Any) -> None:
    settings.MLOPS_RECIPES = [f"{__name__}.{name}" for name in ("Heavy", "Slow", "Shaky")]
    registry.recipes.cache_clear()


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_in_any_step_is_followed_by_another_and_there_is_one_version(step: str) -> None:
    run = queued()
    assert killed_in(step, run) == -signal.SIGKILL
    assert ended(run) == ("RUNNING", "")
    assert ended(carried_out(run))[0] == "RUNNING", "its worker may still be alive"
    long_silence(run)
    assert ended(carried_out(run)) == ("SUCCEEDED", "")
    attempts = dict(run.steps.values_list("name", "attempts"))
    assert attempts == {name: 2 if name == step else 1 for name in STEPS}
    assert ModelVersion.objects.get().run == run
    assert Dataset.objects.count() == 1
    assert run.metrics.filter(arm="candidate", metric="error").count() == 2  # one per fold


def test_after_three_dead_workers_a_run_is_given_up_and_can_be_repeated() -> None:
    run = queued()
    for _ in range(3):
        assert killed_in("fit", run) == -signal.SIGKILL
        long_silence(run)
    assert ended(carried_out(run)) == ("FAILED", "given up after three workers died")
    runs.repeat(run_id=run.pk, reason="the machine has more memory now", by=SYSTEM, at=NOON)
    assert ended(carried_out(run)) == ("SUCCEEDED", "")
    assert run.steps.get(name="partials").attempts == 1


def test_two_workers_with_one_message_each_do_one_run_once() -> None:
    run = queued()
    pids = [child(lambda: execute(run_id=run.pk, worker="one of two")) for _ in range(2)]
    assert [wait_for(pid) for pid in pids] == [0, 0]
    assert ended(run) == ("SUCCEEDED", "")
    assert run.claims == 1
    assert set(run.steps.values_list("attempts", flat=True)) == {1}
    assert ModelVersion.objects.count() == 1


def test_two_runs_at_once_make_two_versions_of_one_dataset() -> None:
    both = [queued(), queued(params={"damping": 5.0})]
    pids = [child(lambda run=run: execute(run_id=run.pk, worker=f"worker of {run.pk}")) for run in both]  # type: ignore[misc]
    assert [wait_for(pid) for pid in pids] == [0, 0]
    assert [ended(run) for run in both] == [("SUCCEEDED", "")] * 2
    assert sorted(ModelVersion.objects.values_list("number", flat=True)) == [1, 2]
    assert Dataset.objects.count() == 1


def test_what_is_recorded_after_a_run_was_queued_is_not_in_it(monkeypatch: Any) -> None:
    monkeypatch.setattr(toy_recipe, "SOURCE", toy_recipe.made())
    run = queued()
    later = toy_recipe.made(seed=1, at=int(NOON.timestamp()) + 1)
    whole = {name: np.concatenate([toy_recipe.SOURCE[name], later[name]]) for name in later}
    monkeypatch.setattr(toy_recipe, "SOURCE", whole)
    carried_out(run)
    assert run.dataset is not None
    assert run.dataset.rows == len(later["item"])


def test_an_output_that_was_changed_is_made_again() -> None:
    run = queued()
    killed_in("stability", run)
    fitted = run.steps.get(name="fit").output["artefact"]
    path = f"{site.ARTEFACTS}/{fitted[:2]}/{fitted}"
    with open(path, "r+b") as file:
        file.seek(-1, 2)
        file.write(b"\xff")
    long_silence(run)
    assert ended(carried_out(run)) == ("SUCCEEDED", "")
    again = run.steps.get(name="fit")
    assert (again.attempts, again.output["artefact"]) == (2, fitted)
    assert "done again: " in again.log
    assert run.steps.get(name="partials").attempts == 1


def test_a_cancelled_run_stops_and_changes_nothing_more() -> None:
    run = queued()

    def told(line: str) -> None:
        if line == "fit …":
            runs.cancel(run_id=run.pk, reason="wrong parameters", by=SYSTEM, at=NOON)

    execute(run_id=run.pk, worker="worker@test", told=told)
    assert ended(run) == ("CANCELLED", "cancelled: wrong parameters")
    assert run.steps.get(name="fit").state == "WAITING"
    assert not ModelVersion.objects.exists()


@pytest.mark.usefixtures("odd_toys")
def test_a_full_disk_fails_the_run_in_words_and_it_can_be_repeated() -> None:
    run = queued(recipe_key="toy-heavy")

    def with_little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 2**20, 16 * 2**20))
        execute(run_id=run.pk, worker="on a full disk")

    assert in_child(with_little_room) == 0
    state, failure = ended(run)
    assert state == "FAILED"
    assert failure.startswith("in fit: nothing more can be written (File too large); make room")
    assert not ModelVersion.objects.exists()
    runs.repeat(run_id=run.pk, reason="there is room again", by=SYSTEM, at=NOON)
    assert ended(carried_out(run)) == ("SUCCEEDED", "")
    assert run.steps.get(name="partials").attempts == 1


@pytest.mark.usefixtures("odd_toys")
def test_a_run_that_takes_too_long_fails_in_words() -> None:
    state, failure = ended(carried_out(recipe_key="toy-slow"))
    assert (state, failure[:40]) == ("FAILED", "in fit: it took longer than a worker may")
    assert Run.objects.get().steps.get(name="fit").state == "FAILED"


LOCKED = "database is locked"
OUT_OF_REACH = "a file could not be read or written (Input/output error); see to it, then repeat the run"
OF_THE_MOMENT = [
    (OperationalError(LOCKED), f"in fit: OperationalError: {LOCKED}"),
    (OSError(errno.EIO, "Input/output error"), f"in fit: {OUT_OF_REACH}"),
    (Busy("too many changes"), "in fit: too many changes"),
]


@pytest.mark.usefixtures("odd_toys")
@pytest.mark.parametrize(("trouble", "words"), OF_THE_MOMENT)
def test_what_may_go_well_in_a_moment_is_tried_again_from_the_step_it_broke_in(trouble: Exception, words: str) -> None:
    Shaky.troubles = [trouble]
    run = carried_out(recipe_key="toy-shaky")
    assert ended(run) == ("QUEUED", words)
    assert (run.worker, run.finished_at) == ("", None)
    broken = run.steps.get(name="fit")
    assert broken.state == "WAITING"
    assert str(trouble) in broken.log
    assert runs.nudge_due(at=timezone.now()) == 1
    assert ended(carried_out(run)) == ("SUCCEEDED", "")
    assert run.claims == 2
    assert dict(run.steps.values_list("name", "attempts")) == {name: 2 if name == "fit" else 1 for name in STEPS}
    assert ModelVersion.objects.get().run == run


def fill() -> None:
    """Have a database say that there is no room left in it."""
    if connection.vendor == "postgresql":
        raise psycopg.errors.DiskFull("could not extend file: No space left on device")
    with closing(sqlite3.connect(":memory:")) as full:
        full.execute("PRAGMA max_page_count = 1")
        full.execute("CREATE TABLE too_many (rows)")


@pytest.mark.usefixtures("odd_toys")
def test_a_full_database_is_not_asked_twice_and_says_what_to_do() -> None:
    with pytest.raises(OperationalError) as told, connection.wrap_database_errors:
        fill()
    Shaky.troubles = [told.value]
    run = carried_out(recipe_key="toy-shaky")
    state, failure = ended(run)
    assert state == "FAILED"
    assert failure.startswith("in fit: nothing more can be written (")
    assert failure.endswith("); make room where the database is kept, then repeat the run")
    runs.repeat(run_id=run.pk, reason="there is room again", by=SYSTEM, at=NOON)
    assert ended(carried_out(run)) == ("SUCCEEDED", "")


@pytest.mark.usefixtures("odd_toys")
def test_what_breaks_three_times_fails_and_can_be_repeated() -> None:
    Shaky.troubles = [OperationalError(LOCKED)] * 3
    run = queued(recipe_key="toy-shaky")
    assert [ended(carried_out(run))[0] for _ in range(3)] == ["QUEUED", "QUEUED", "FAILED"]
    assert run.failure == f"in fit: OperationalError: {LOCKED}"
    runs.repeat(run_id=run.pk, reason="nobody else writes now", by=SYSTEM, at=NOON)
    assert ended(carried_out(run)) == ("SUCCEEDED", "")


@pytest.mark.usefixtures("odd_toys")
def test_what_is_wrong_with_the_content_fails_at_once() -> None:
    Shaky.troubles = [BadArtefact("it is not what its digest says")]
    assert ended(carried_out(recipe_key="toy-shaky")) == ("FAILED", "in fit: it is not what its digest says")
