"""Work is offered once under a key, done once whatever is delivered how often, and set apart when it kills its workers."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from mlops import work
from mlops.errors import BadJob, ClaimLost, Refused
from mlops.models import AuditEvent, Job
from mlops.pipeline.jobs import carry_out
from mlops.ports import SYSTEM
from mlops.services import job_acts, jobs, workers
from mlops.services.jobs import LEASE, MOST_NUDGED, RESTS, Lease
from tests.factories.mlops import NOON, make_person
from tests.factories.work import make_job
from tests.mlops import sql
from tests.mlops.training import child, wait_for

pytestmark = pytest.mark.django_db
LATER = NOON + LEASE + timedelta(seconds=1)


def offered(key: str = "toy:1", **given: Any) -> Job:
    facts = {"task": "toy.double", "queue": "charts", "payload": {"n": 21}, "by": SYSTEM, "at": NOON}
    return jobs.offer(key=key, **{**facts, **given})


def taken(job: Job, worker: str = "one", at: datetime = NOON) -> Lease:
    lease = jobs.claim(job_id=job.pk, worker=worker, at=at)
    assert lease is not None
    return lease


def state(job: Job) -> tuple[str, int, str]:
    job.refresh_from_db()
    return job.state, job.deliveries, job.failure


def told() -> list[str]:
    """What the audit log says of work."""
    actions = [event.action for event in AuditEvent.objects.order_by("seq")]
    return [action for action in actions if action.startswith(("job.", "work."))]


def test_work_asked_for_anew_is_the_open_job_of_its_own_key() -> None:
    offered("toy:10")
    what = {"task": "toy.double", "queue": "charts", "payload": {"n": 21}, "reason": "again", "by": SYSTEM, "at": NOON}
    job = work.offer_anew(key="toy:1", **what)
    assert job.key == "toy:1"
    taken(job)
    assert work.offer_anew(key="toy:1", **what) == job


@pytest.fixture
def doubled() -> Iterator[list[int]]:
    """What the handler of the toy task has done."""
    found: list[int] = []

    @work.handled("toy.double")
    def double(lease: Lease) -> dict[str, int]:
        found.append(lease.payload["n"] * 2)
        return {"twice": found[-1]}

    yield found
    work._handlers.pop("toy.double")


# --- offered -------------------------------------------------------------------------------------------------------
def test_the_same_key_is_the_same_job_and_never_other_work() -> None:
    first = offered(payload={"n": (1, 2)})
    assert offered(payload={"n": [1, 2]}, at=LATER).pk == first.pk
    for other in ({"payload": {"n": 3}}, {"task": "toy.halve"}, {"queue": "training"}):
        with pytest.raises(BadJob, match="«toy:1» stands for other work already"):
            offered(**{"payload": {"n": [1, 2]}, **other})
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"key": ""}, "key: name"),
        ({"key": "x" * 161}, "key: name"),
        ({"payload": {"n": float("nan")}}, "payload: "),
        ({"payload": {"n": object()}}, "payload: "),
        ({"payload": {"n": "x" * 10_001}}, "store it, and give its digest"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadJob, match=words):
        offered(**given)
    assert not Job.objects.exists()


def test_work_that_may_not_begin_yet_waits() -> None:
    job = offered(not_before=LATER)
    assert jobs.claim(job_id=job.pk, worker="one", at=NOON) is None
    assert jobs.nudge_due(at=NOON) == 0
    assert jobs.nudge_due(at=LATER) == 1
    assert taken(job, at=LATER).number == 1


@pytest.mark.django_db(transaction=True)
def test_offered_and_taken_by_many_at_once_it_is_one_job_of_one_worker() -> None:
    ready, found = threading.Barrier(6), []

    def ask(name: str) -> None:
        try:
            ready.wait()
            job = offered()
            ready.wait()
            found.append(jobs.claim(job_id=job.pk, worker=name, at=NOON))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(f"worker {place}",)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert [lease.number for lease in found if lease] == [1]
    assert Job.objects.get().deliveries == 1


# --- done once -----------------------------------------------------------------------------------------------------
def test_delivered_twice_it_is_done_once(doubled: list[int]) -> None:
    job = offered()
    for _ in range(3):
        carry_out(job_id=job.pk, worker="one")
    assert doubled == [42]
    assert state(job) == ("DONE", 1, "")
    assert job.result == {"twice": 42}


def test_a_handler_may_end_its_job_in_the_transaction_of_what_it_does() -> None:
    @work.handled("toy.double")
    def double(lease: Lease) -> None:
        work.finish(lease=lease, at=timezone.now(), result={"own": True})

    job = offered()
    carry_out(job_id=job.pk, worker="one")
    work._handlers.pop("toy.double")
    assert state(job) == ("DONE", 1, "")
    assert job.result == {"own": True}


def test_who_lost_the_lease_writes_nothing_more() -> None:
    job = offered()
    slow = taken(job)
    assert jobs.heartbeat(lease=slow, at=NOON, done=1, total=2)
    quick = taken(job, "two", at=LATER)
    assert not jobs.heartbeat(lease=slow, at=LATER)
    with pytest.raises(ClaimLost):
        jobs.finish(lease=slow, at=LATER)
    with pytest.raises(ClaimLost):
        jobs.fail(lease=slow, failure="too late", at=LATER)
    jobs.finish(lease=quick, at=LATER)
    assert state(job) == ("DONE", 2, "")


def test_what_fails_is_tried_again_after_a_rest_and_the_third_time_set_apart(doubled: list[int]) -> None:
    job, at = offered(), NOON
    for number, rest in ((1, RESTS[0]), (2, RESTS[1])):
        jobs.fail(lease=taken(job, at=at), failure=f"broken {number}", at=at)
        assert state(job) == ("WAITING", number, f"broken {number}")
        assert jobs.claim(job_id=job.pk, worker="one", at=at) is None
        at += rest
    jobs.fail(lease=taken(job, at=at), failure="broken 3", at=at)
    assert state(job) == ("QUARANTINED", 3, "broken 3")
    assert told() == ["job.quarantined"]
    carry_out(job_id=job.pk, worker="one")
    assert doubled == []


def test_what_breaks_in_a_handler_is_told_and_an_unknown_task_too() -> None:
    job = offered(task="toy.unknown")
    carry_out(job_id=job.pk, worker="one")
    assert state(job) == (
        "WAITING",
        1,
        "task: no worker here does «toy.unknown»; it is older or newer than whoever offered it.",
    )


# --- workers that die ----------------------------------------------------------------------------------------------
def test_what_kills_its_worker_three_times_is_set_apart_and_a_person_has_it_tried_again() -> None:
    job, at = offered(), NOON
    for number in (1, 2, 3):
        assert taken(job, f"worker {number}", at=at).number == number
        at += LEASE + timedelta(seconds=1)
    jobs.nudge_due(at=at)
    assert state(job) == (
        "QUARANTINED",
        3,
        "delivered 3 times and never ended: each time its worker died, or fell silent, at it",
    )
    person = make_person("retry_job")
    with pytest.raises(BadJob, match="reason: say why"):
        job_acts.retry(job_id=job.pk, reason=" ", by=person, at=at)
    job_acts.retry(job_id=job.pk, reason="the worker has more memory now", by=person, at=at)
    assert taken(job, at=at).number == 1
    with pytest.raises(BadJob, match="is running: only quarantined work"):
        job_acts.retry(job_id=job.pk, reason="again", by=person, at=at)
    assert told() == ["job.quarantined", "job.retried"]


def test_called_off_it_is_nobodys_any_more() -> None:
    job = offered()
    lease = taken(job)
    for nobody in (SYSTEM, make_person()):
        with pytest.raises(Refused):
            job_acts.cancel(job_id=job.pk, reason="x", by=nobody, at=NOON)
    job_acts.cancel(job_id=job.pk, reason="not needed", by=make_person("retry_job"), at=NOON)
    with pytest.raises(ClaimLost):
        jobs.finish(lease=lease, at=NOON)
    with pytest.raises(BadJob, match="is cancelled already"):
        job_acts.cancel(job_id=job.pk, reason="again", by=make_person("retry_job"), at=NOON)


@pytest.mark.skipif(not workers._place(), reason="only Linux tells when a process started")
@pytest.mark.django_db(transaction=True)
def test_the_work_of_a_process_that_is_gone_is_due_at_once() -> None:
    pid = child(lambda: time.sleep(60))
    there = f"host:{pid}:{workers._place()}:{workers._started(pid)}"
    elsewhere, reused = f"host:{pid}:00000000:1", f"host:{pid}:{workers._place()}:1"
    assert not workers.is_gone(there)
    assert not workers.is_gone(workers.myself())
    assert workers.is_gone(reused), "the number is another process's now"
    os.kill(pid, 9)
    wait_for(pid)
    assert workers.is_gone(there)
    assert not workers.is_gone(elsewhere)
    made = {name: taken(offered(name), name).job_id for name in (there, elsewhere, workers.myself())}
    assert jobs.release_dead(at=NOON) == 1
    assert [job.pk for job in Job.objects.due(NOON)] == [made[there]]


def test_work_that_waits_for_a_dead_worker_of_one_queue_keeps_no_other_queue_waiting(
    django_capture_on_commit_callbacks: Any,
) -> None:
    for number in range(MOST_NUDGED + 5):
        offered(f"long:{number}", queue="training")
    offered("quick", at=LATER)
    with django_capture_on_commit_callbacks() as asked:
        assert jobs.nudge_due(at=LATER) == MOST_NUDGED + 1
    queues = [callback.args[1] for callback in asked]
    assert (queues.count("training"), queues.count("charts")) == (MOST_NUDGED, 1)


# --- what the database keeps ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "attack", "words"),
    [
        ({}, "UPDATE mlops_job SET payload = '{}'", "stays what it was offered as"),
        ({}, "UPDATE mlops_job SET key = 'other'", "stays what it was offered as"),
        ({}, "UPDATE mlops_job SET state = 'DONE', finished_at = offered_at", "goes from state to state"),
        ({"state": "DONE"}, "UPDATE mlops_job SET result = '{\"n\": 1}'", "done stays done"),
        ({"state": "CANCELLED"}, "UPDATE mlops_job SET failure = 'x'", "called off stays so"),
        ({"state": "DONE"}, "DELETE FROM mlops_job", ""),
        ({}, "DELETE FROM mlops_job", "jobs are kept"),
    ],
)
def test_a_job_stays_what_it_was_and_where_it_ended(given: dict[str, Any], attack: str, words: str) -> None:
    now = timezone.now()  # the database's own clock decides when a row is old
    make_job(**given, **({"finished_at": now} if given else {}))
    before = sql.rows("mlops_job")
    assert words in sql.refused(attack)
    assert sql.rows("mlops_job") == before


def test_old_work_that_ended_goes_and_nothing_else() -> None:
    now, old = timezone.now(), datetime(2020, 1, 1, tzinfo=UTC)
    keep = {make_job(offered_at=old).pk, make_job(state="QUARANTINED", offered_at=old).pk}
    keep.add(make_job(state="DONE", finished_at=now - timedelta(days=89)).pk)
    for ended in ("DONE", "CANCELLED"):
        make_job(state=ended, finished_at=old)
    assert job_acts.thin(by=SYSTEM, at=now) == 2
    assert set(Job.objects.values_list("pk", flat=True)) == keep
    assert told() == ["work.thinned"]
