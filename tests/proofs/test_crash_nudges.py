"""Whoever offers a job is killed between the commit and the nudge, or while it nudges: each job is done exactly once."""

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from mlops import queue
from mlops.models import Job
from mlops.ports import SYSTEM
from mlops.services import jobs
from tests.flows.house import until
from tests.mlops.training import child, wait_for
from tests.proofs import work
from tests.proofs.conftest import Tell

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def offered(key: str, *, killed_after: float | None) -> None:
    """Offer a job and be killed: so many seconds after the commit, or, with None, before the nudge begins."""

    def die() -> None:
        if killed_after is None:
            os.kill(os.getpid(), signal.SIGKILL)
        threading.Timer(killed_after, os.kill, (os.getpid(), signal.SIGKILL)).start()

    with transaction.atomic():
        transaction.on_commit(die)  # the nudge comes after it
        jobs.offer(key=key, task=work.COUNT, queue="charts", payload={}, by=SYSTEM, at=timezone.now())
    time.sleep(1)


def nudged_in() -> float:
    """Seconds that a nudge takes here and now: so long somebody is in it who may be killed."""
    began = time.monotonic()
    queue.nudge(queue.TEND, "charts")
    return time.monotonic() - began


def test_every_job_of_a_killed_nudger_is_done_exactly_once(valkey: str, tmp_path: Path, long: bool, tell: Tell) -> None:
    chance, kills = random.Random(4), 100 if long else 10
    with work.worker(valkey, tmp_path) as worker:
        takes = max(nudged_in() for _ in range(3))
        for place in range(kills):
            killed_after = None if place % 2 else chance.uniform(0, 1.5 * takes)
            pid = child(lambda key=f"job-{place}", after=killed_after: offered(key, killed_after=after))
            assert wait_for(pid) == -signal.SIGKILL
        assert Job.objects.count() == kills
        nudged = Job.objects.filter(state=Job.State.DONE).count()
        began = time.monotonic()
        until(lambda: _tended() == kills, worker.wrote, 120)
        took = time.monotonic() - began
    found = work.counted(tmp_path)
    lost, doubled = kills - len(found), sum(times > 1 for times in found.values())
    assert (lost, doubled) == (0, 0)
    assert set(Job.objects.values_list("deliveries", flat=True)) == {1}
    tell("nudger killed", f"{kills} times: lost {lost}, doubled {doubled}")
    tell("of these jobs done before anybody asked again", nudged)
    tell("seconds until the last was done, asked again every half second", f"{took:.1f}")


def _tended() -> int:
    """What the schedule asks for again, and how many are done."""
    jobs.nudge_due(at=timezone.now())
    time.sleep(0.5)
    return Job.objects.filter(state=Job.State.DONE).count()
