"""Two at once: the loser hears who serves now, a busy database is waited for a little, and then said to be busy."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from mlops import store
from mlops.errors import Busy, Conflict, Refused
from mlops.models import Approval, Deployment, Slot
from mlops.services import contention, promotion
from mlops.services.contention import patient
from mlops.services.slots import lock_slot
from tests.factories.governance import make_slot
from tests.factories.mlops import NOON, make_approver, make_candidate, make_promotion, make_promotion_request
from tests.mlops import sql
from tests.mlops.test_approvals import together, vote

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]


def back(at: Any, by: Any = None, **given: Any) -> Deployment | None:
    by = by or make_approver()
    return promotion.roll_back(recipe_key="toy-learner", reason="worse", by=by, at=at, **given)


def test_of_two_who_roll_back_what_they_looked_at_one_does_and_the_other_hears_what_serves() -> None:
    make_promotion(at=NOON)
    looked_at = make_promotion(make_candidate(), at=NOON + timedelta(hours=1))
    ends = together(*[lambda: back(NOON + timedelta(hours=2), deployment_id=looked_at.pk)] * 2)
    (done,) = [end for end in ends if isinstance(end, Deployment)]
    (lost,) = [end for end in ends if isinstance(end, Conflict)]
    assert done.version.label == "toy-learner v1"
    assert str(lost) == "what you looked at does not serve any more. toy-learner v1 serves now."


def test_what_the_database_refuses_again_and_again_is_a_conflict_that_names_the_champion() -> None:
    make_promotion()
    tries = []

    @patient(lambda recipe_key: recipe_key)
    def written_twice(recipe_key: str) -> None:
        tries.append(recipe_key)
        with transaction.atomic():
            make_slot(recipe_key)

    make_slot("other")
    with pytest.raises(Conflict, match=r"nothing was done\. toy-learner v1 serves now\. Look at it again") as caught:
        written_twice(recipe_key="toy-learner")
    assert isinstance(caught.value.__cause__, IntegrityError)
    assert len(tries) == contention.ATTEMPTS


def test_what_succeeds_at_a_later_attempt_succeeded() -> None:
    tries = []

    @patient(lambda: "")
    def second_time_lucky() -> int:
        tries.append(1)
        if len(tries) < 2:
            raise IntegrityError("taken")
        return 7

    assert second_time_lucky() == 7


def test_a_refusal_is_not_tried_again_nor_is_what_no_moment_mends() -> None:
    tries = []

    @patient(lambda: "")
    def raised(error: Exception) -> None:
        tries.append(error)
        raise error

    for error in (Refused("no"), OperationalError("no such table")):
        with pytest.raises(type(error)):
            raised(error)
    assert len(tries) == 2


def test_a_slot_that_somebody_holds_is_said_to_be_busy() -> None:
    make_promotion()
    approver = make_approver()
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_slot("toy-learner")
            held.set()
            free.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    _impatient()
    try:
        with pytest.raises(Busy, match="too many changes are made at this moment: nothing was done, try again"):
            back(NOON + timedelta(hours=1), approver)
    finally:
        free.set()
        holder.join()
        connection.close()
    assert back(NOON + timedelta(hours=1)) is None


def _impatient() -> None:
    """Wait for a lock a tenth of a second, instead of as long as a page may."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 100" if sql.POSTGRES else "PRAGMA busy_timeout = 100")


def test_a_slot_is_made_once_by_whoever_comes_first() -> None:
    def locked() -> bool:
        with transaction.atomic():
            lock_slot("toy-formula")
        return True

    assert together(*[locked] * 4) == [True] * 4
    assert Slot.objects.filter(recipe_key="toy-formula").count() == 1


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[None]:
    """Somebody else acts once, while what serves is looked up, and before anything is locked."""
    acts = iter([act])

    def later(execute: Any, query: str, *more: Any) -> Any:
        if 'FROM "mlops_deployment"' in query:
            for one in acts:
                one()
        return execute(query, *more)

    with connection.execute_wrapper(later):
        yield


def test_who_votes_while_another_s_vote_is_the_last_one_hears_that_it_was_approved() -> None:
    request = make_promotion_request()
    with (
        meanwhile(lambda: vote(request)),
        pytest.raises(Conflict, match=r"was approved already\. toy-learner v1 serves now"),
    ):
        vote(request)


def test_a_click_that_came_twice_while_its_artefact_was_read_is_one_act() -> None:
    request, by = make_promotion_request(), make_approver()
    with meanwhile(lambda: vote(request, by, key="one-page")):
        assert vote(request, by, key="one-page") == Deployment.objects.get()
    assert Approval.objects.count() == 1


def test_a_vote_sent_again_on_an_open_request_reads_no_artefact_again(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    request, by = make_promotion_request(), make_approver()
    vote(request, by, key="one-page")
    store.remove(request.version.artefact_digest)
    assert vote(request, by, key="one-page") is None
    assert Approval.objects.count() == 1
