"""One worker at a time, and no writing without a claim."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from mlops.errors import ClaimLost
from mlops.models import Run
from mlops.services import claims, grids
from mlops.services.claims import Claim, Usage
from mlops.services.runs import SILENCE
from tests.factories.mlops import NOON, make_run, make_run_step

pytestmark = pytest.mark.django_db
USED = Usage(1.0, 0.5, 100.0)


def taken(run: Run, worker: str = "one", *, after: timedelta = timedelta()) -> Claim:
    found = claims.claim(run_id=run.pk, worker=worker, at=NOON + after)
    assert found is not None
    return found


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_run() -> None:
    run = make_run(state=Run.State.QUEUED)
    ready, found = threading.Barrier(6), []

    def ask(name: str) -> None:
        try:
            ready.wait()
            found.append(claims.claim(run_id=run.pk, worker=name, at=NOON))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(f"worker {place}",)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [claim for claim in found if claim]
    assert (len(found), len(winners)) == (6, 1)
    run.refresh_from_db()
    assert (run.state, run.worker, run.claims, run.started_at) == ("RUNNING", winners[0].worker, 1, NOON)


def test_a_run_at_work_is_left_alone_until_its_worker_is_silent() -> None:
    run = make_run(state=Run.State.QUEUED)
    first = taken(run)
    assert claims.claim(run_id=run.pk, worker="two", at=NOON + SILENCE) is None
    assert claims.heartbeat(claim=first, at=NOON + SILENCE)
    assert claims.claim(run_id=run.pk, worker="two", at=NOON + 2 * SILENCE) is None
    second = taken(run, "two", after=2 * SILENCE + timedelta(seconds=1))
    assert not claims.heartbeat(claim=first, at=NOON + 3 * SILENCE)
    assert claims.heartbeat(claim=second, at=NOON + 3 * SILENCE)


def test_whoever_lost_the_claim_writes_nothing_more() -> None:
    run = make_run(state=Run.State.QUEUED)
    step = make_run_step(run, name="fit", state="WAITING", output_digest="", attempts=0)
    lost = taken(run)
    taken(run, "one", after=2 * SILENCE)  # the same name: a worker that came back is another one
    late = NOON + 2 * SILENCE
    with pytest.raises(ClaimLost):
        claims.start_step(claim=lost, name="fit", input_digest="a" * 64, at=late)
    with pytest.raises(ClaimLost):
        claims.tell(claim=lost, name="fit", done=1, total=2, log="", at=late)
    with pytest.raises(ClaimLost):
        claims.finish_step(claim=lost, name="fit", output={}, digest="a" * 64, usage=USED, log="", at=late)
    with pytest.raises(ClaimLost):
        claims.note(claim=lost, evaluation_digest="a" * 64, at=late)
    with pytest.raises(ClaimLost):
        claims.put_back(claim=lost, failure="a lock", step="fit", log="", at=late)
    with pytest.raises(ClaimLost):
        claims.finish(claim=lost, state=Run.State.SUCCEEDED, at=late)
    step.refresh_from_db()
    run.refresh_from_db()
    assert (step.state, step.attempts, run.state, run.evaluation_digest) == ("WAITING", 0, "RUNNING", "")


def test_the_third_dead_worker_ends_the_run() -> None:
    run = make_run(state=Run.State.QUEUED)
    for place in range(3):
        taken(run, after=2 * place * SILENCE)
    assert claims.claim(run_id=run.pk, worker="four", at=NOON + 6 * SILENCE) is None
    run.refresh_from_db()
    assert (run.state, run.failure, run.finished_at) == ("FAILED", claims.GIVEN_UP, NOON + 6 * SILENCE)


def test_finished_runs_are_nobodys() -> None:
    for state in ("SUCCEEDED", "FAILED", "REFUSED", "CANCELLED"):
        assert claims.claim(run_id=make_run(state=state).pk, worker="one", at=NOON + 9 * SILENCE) is None


@pytest.mark.parametrize(("last", "whole"), [("SUCCEEDED", "SUCCEEDED"), ("FAILED", "FAILED")])
def test_a_grid_ends_with_the_last_of_its_points(last: str, whole: str) -> None:
    parent = make_run(state=Run.State.RUNNING, grid={"damping": [0, 1]})
    make_run(parent=parent, state=Run.State.REFUSED)
    point = make_run(parent=parent, state=Run.State.QUEUED)
    assert not grids.finish(parent_id=parent.pk, at=NOON)
    claims.finish(claim=taken(point), state=last, at=NOON)
    parent.refresh_from_db()
    assert (parent.state, parent.finished_at) == (whole, NOON)


def test_a_grid_that_waits_for_its_points_is_not_given_up() -> None:
    parent = make_run(state=Run.State.QUEUED, grid={"damping": [0]})
    for place in range(5):
        claims.rest(claim=taken(parent, after=2 * place * SILENCE), at=NOON + 2 * place * SILENCE)
    parent.refresh_from_db()
    assert (parent.state, parent.claims) == ("RUNNING", 0)
