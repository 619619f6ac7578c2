"""Two beats, or a redelivery, do what a due moment asks for once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mlops import work
from mlops.models import Tick
from mlops.ports import SYSTEM
from mlops.services import job_acts, ticks
from tests.factories.mlops import NOON
from tests.factories.work import make_tick
from tests.mlops import sql

pytestmark = pytest.mark.django_db
MINUTE, DAY = 60, 86_400


@pytest.mark.parametrize(
    ("every", "after", "due"),
    [(MINUTE, 59, NOON), (MINUTE, 60, NOON + timedelta(minutes=1)), (DAY, 3, NOON - timedelta(hours=12))],
)
def test_a_moment_is_due_from_the_beginning_of_its_period(every: int, after: int, due: datetime) -> None:
    assert ticks.due_moment(every=every, at=NOON + timedelta(seconds=after)) == due


@pytest.mark.django_db(transaction=True)
def test_of_many_beats_one_does_the_work() -> None:
    ready, did = threading.Barrier(4), []

    def beat() -> None:
        try:
            ready.wait()
            work.on_tick("toy.daily", every=DAY, clock=lambda: NOON, act=did.append)
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert did == [NOON]
    assert Tick.objects.get().done_at == NOON


def test_the_next_due_moment_is_done_again_and_by_hand_always() -> None:
    did: list[datetime] = []
    moments = [NOON, NOON + timedelta(seconds=30), NOON + timedelta(seconds=61)]
    for at in moments:
        work.on_tick("toy.drift", every=MINUTE, clock=lambda at=at: at, act=did.append)
    assert did == [moments[0], moments[2]]
    work.on_tick("toy.drift", every=0, clock=lambda: NOON, act=did.append)
    assert len(did) == 3
    assert Tick.objects.count() == 2


def test_what_broke_is_on_the_tick() -> None:
    def broken(at: datetime) -> None:
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        work.on_tick("toy.daily", every=DAY, clock=lambda: NOON, act=broken)
    assert Tick.objects.get().failure == "ValueError: no room"


def test_a_tick_is_taken_once_ends_once_and_stays() -> None:
    make_tick(taken_at=timezone.now())
    for attack in (
        "UPDATE mlops_tick SET taken_at = due_at",
        "DELETE FROM mlops_tick",
        "INSERT INTO mlops_tick (schedule, due_at, taken_at, failure) SELECT schedule, due_at, taken_at, '' FROM mlops_tick",
    ):
        sql.refused(attack)
    sql.run("UPDATE mlops_tick SET done_at = taken_at")
    sql.refused("UPDATE mlops_tick SET done_at = NULL")
    assert Tick.objects.count() == 1


def test_old_ticks_go() -> None:
    make_tick(taken_at=datetime(2020, 1, 1, tzinfo=UTC))
    kept = make_tick(taken_at=timezone.now())
    assert job_acts.thin(by=SYSTEM, at=timezone.now()) == 1
    assert Tick.objects.get() == kept
