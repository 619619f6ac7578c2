"""A request that is sent again while the first is at work: one of them answers, whatever the order of steps."""

from datetime import timedelta

import pytest

from catalog.errors import KeyInUse
from catalog.models import IdempotentCall
from catalog.services import idempotency
from tests.factories.catalog import make_partner
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
LATE = NOON + idempotency.GIVEN_UP + timedelta(seconds=1)
ANSWER = idempotency.Answer(202, {"Location": "/api/v1/imports/1"}, "{}")


def claim(partner, at, sent="f"):
    return idempotency.claim(partner=partner, test=False, key="once", fingerprint=sent * 64, at=at)


def test_whoever_was_taken_for_dead_does_not_answer_any_more():
    partner = make_partner()
    first, _ = claim(partner, NOON)
    second, answered = claim(partner, LATE)
    assert answered is None
    with pytest.raises(KeyInUse, match="given to another"):
        idempotency.settle(call=first, answer=ANSWER, at=LATE)
    idempotency.settle(call=second, answer=ANSWER, at=LATE)
    assert claim(partner, LATE)[1] == ANSWER


def test_an_answer_that_came_a_moment_before_is_not_taken_over():
    """Between reading that it was not answered and taking it over, it was."""
    partner = make_partner()
    first, _ = claim(partner, NOON)
    as_read = IdempotentCall.objects.get()
    idempotency.settle(call=first, answer=ANSWER, at=LATE)
    with pytest.raises(KeyInUse):
        idempotency._taken_over(as_read, "f" * 64, LATE)
    assert claim(partner, LATE)[1] == ANSWER


def test_a_key_is_free_again_when_its_answer_is_no_longer_kept():
    partner = make_partner()
    first, _ = claim(partner, NOON)
    idempotency.settle(call=first, answer=ANSWER, at=NOON)
    again, answered = claim(partner, NOON + idempotency.KEPT + timedelta(seconds=1), sent="e")
    assert answered is None
    idempotency.settle(call=again, answer=ANSWER, at=LATE)
