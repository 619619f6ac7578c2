"""A worker is killed at random points of a run: the run goes on where it was, and makes one version, once."""

import os
import random
import signal
import statistics
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from mlops.models import AuditEvent, Dataset, ModelVersion, Run, RunMetric
from mlops.pipeline.execute import execute
from mlops.services import claims, runs, workers
from moviesite import schedules
from tests.mlops.training import child, queued, wait_for
from tests.moviesite.trees import below, until
from tests.proofs import work
from tests.proofs.conftest import Tell

pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("toys"),
    pytest.mark.skipif(not workers._place(), reason="only Linux tells when a process started"),
]
PATIENCE = 120.0
POLL = 5.0  # seconds between two looks of the schedule, as `make run` has it


def carried_out_by_another(run: Run) -> None:
    execute(run_id=run.pk, worker=workers.myself())


def doubled(run: Run) -> list[str]:
    """What there is more than once of what a run makes once."""
    once = {
        "version": ModelVersion.objects.filter(run=run).count(),
        "dataset": Dataset.objects.filter(runs=run).count(),
        **Counter(event.action for event in AuditEvent.objects.all() if event.object == f"run:{run.pk}"),
    }
    registered = [e for e in AuditEvent.objects.all() if e.action == "version.registered"]
    measured = RunMetric.objects.filter(run=run).values_list("fold", "arm", "metric")
    once["registration"] = sum(e.object == f"version:{run.version.label}" for e in registered)
    return [
        *(f"{name}: {times}" for name, times in once.items() if times != 1),
        *(["a metric twice"] if len(measured) != len(set(measured)) else []),
    ]


def succeeded(run: Run) -> bool:
    run.refresh_from_db()
    return run.state == Run.State.SUCCEEDED


def undisturbed() -> float:
    """Seconds that a whole run takes in a process of its own."""
    run, start = queued(), time.monotonic()
    assert wait_for(child(lambda: carried_out_by_another(run))) == 0
    assert succeeded(run)
    return time.monotonic() - start


def test_a_run_whose_process_is_killed_is_finished_by_the_next(long: bool, tell: Tell) -> None:
    chance, points, took = random.Random(1), 50 if long else 5, min(undisturbed(), undisturbed())
    recovered: list[float] = []
    wrong: list[str] = []
    for _ in range(points):
        run = queued()
        pid = child(lambda run=run: carried_out_by_another(run))
        time.sleep(chance.uniform(0.02, 0.95 * took))
        os.kill(pid, signal.SIGKILL)
        wait_for(pid)
        died = time.monotonic()
        claims.release_dead(at=timezone.now())
        if not succeeded(run):
            assert runs.is_due(run_id=run.pk, at=timezone.now())
            assert wait_for(child(lambda run=run: carried_out_by_another(run))) == 0
        assert succeeded(run), run.failure
        recovered.append(time.monotonic() - died)
        wrong += doubled(run)
    assert wrong == []
    tell("process of a run killed", f"{points} points of {took:.2f} s: lost 0, doubled {len(wrong)}")
    tell("seconds until the run was finished", _told(recovered))


def test_a_training_worker_is_killed_and_the_schedule_finds_its_run(
    valkey: str, tmp_path: Path, long: bool, tell: Tell
) -> None:
    """The whole worker, or the process in it that does the run, by turns; the run is asked for as the schedule does."""
    if not long:
        pytest.skip("the long form; the short one kills the process of a run")
    chance, points = random.Random(2), 50
    recovered: list[float] = []
    wrong: list[str] = []
    for place in range(points):
        run = queued()
        with work.worker(valkey, tmp_path, schedules.TRAINING, TOYS="1") as trainer:
            children = below(trainer.process.pid)
            runs.nudge_due(at=timezone.now())
            until(lambda run=run: Run.objects.get(pk=run.pk).state != Run.State.QUEUED, PATIENCE)
            time.sleep(chance.uniform(0, 2))
            if place % 2:
                os.killpg(trainer.process.pid, signal.SIGKILL)
            else:
                for each in children & below(trainer.process.pid):
                    os.kill(each, signal.SIGKILL)
            died = time.monotonic()
            if not place % 2:
                assert _tended(run), trainer.wrote()
        if place % 2:
            with work.worker(valkey, tmp_path, schedules.TRAINING, TOYS="1") as trainer:
                assert _tended(run), trainer.wrote()
        recovered.append(time.monotonic() - died)
        wrong += doubled(run)
        connections.close_all()
    assert wrong == []
    tell("training worker killed", f"{points} points, the whole worker and its child by turns: doubled {len(wrong)}")
    tell("seconds until the run was finished, looked for every 5 s", _told(recovered))


def _tended(run: Run) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        claims.release_dead(at=timezone.now())
        runs.nudge_due(at=timezone.now())
        if until(lambda: succeeded(run), POLL):
            return True
    return False


def _told(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.2f}, worst {max(seconds):.2f}"
