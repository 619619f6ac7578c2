"""The same key twice: the first answer again, and nothing done again. Another act under it: a clear conflict."""

from datetime import timedelta
from typing import Any

import pytest

from mlops import store
from mlops.errors import Conflict, Refused
from mlops.models import Act, Approval, AuditEvent, Deployment, Policy, PolicyRequest, PromotionRequest
from mlops.ports import SYSTEM
from mlops.services import approvals, policy_requests, promotion, requests
from tests.factories.governance import make_policy_request
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_person,
    make_promotion,
    make_promotion_request,
    make_scientist,
)
from tests.mlops.test_approvals import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
LATER = NOON + timedelta(hours=1)


def counts() -> tuple[int, ...]:
    models = (Act, Approval, AuditEvent, Deployment, Policy, PolicyRequest, PromotionRequest)
    return tuple(model._default_manager.count() for model in models)


def approve(request: PromotionRequest, by: Any, key: str = "a key", **given: Any) -> Deployment | None:
    told = {"verdict": "APPROVE", "evidence_digest": request.evidence_digest, "reason": "good", "at": LATER, **given}
    return approvals.decide(request_id=request.pk, by=by, key=key, **told)


def test_a_vote_sent_twice_is_cast_once_and_answers_as_it_did_though_its_artefact_is_gone_since() -> None:
    request, by = make_promotion_request(), make_approver()
    first = approve(request, by)
    after = counts()
    store.remove(request.version.artefact_digest)
    assert first is not None
    assert approve(request, by, at=LATER + timedelta(days=30)) == first
    assert counts() == after


def test_every_act_is_done_once_under_its_key() -> None:
    scientist, approver, asker = make_scientist(), make_approver(), make_person("request_policy")
    make_promotion(at=NOON)
    version, other, tired = make_candidate(), make_promotion_request(), make_promotion_request(by=scientist)
    wish, taken_back = make_policy_request(), {"reason": "x", "at": LATER}
    acts = [
        lambda: requests.open_request(version_id=version.pk, reason="x", by=scientist, at=LATER, key="1"),
        lambda: approve(other, approver, key="2", verdict="REJECT"),
        lambda: requests.withdraw(request_id=tired.pk, by=scientist, key="3", **taken_back),
        lambda: policy_requests.decide_policy(
            request_id=wish.pk, verdict="APPROVE", by=approver, key="4", **taken_back
        ),
        lambda: promotion.roll_back(recipe_key="toy-learner", by=approver, key="5", **taken_back),
        lambda: policy_requests.open_policy_request(
            recipe_key="toy-formula", wanted=2, by=asker, key="6", **taken_back
        ),
        lambda: requests.expire(by=SYSTEM, at=LATER + timedelta(days=14), key="7"),
    ]
    first = [act() for act in acts]
    after = counts()
    assert [act() for act in acts] == first
    assert counts() == after
    assert Act.objects.count() == len(acts)


def test_a_key_stands_for_one_act_of_one_person_on_one_thing() -> None:
    request, by = make_promotion_request(), make_approver()
    approve(request, by)
    other = make_promotion_request(make_candidate())
    for again in (
        lambda: approve(other, by),
        lambda: approve(request, by, verdict="REJECT"),
        lambda: approve(request, make_approver()),
        lambda: promotion.roll_back(recipe_key="toy-learner", reason="x", by=by, at=LATER, key="a key"),
    ):
        with pytest.raises(Conflict, match="this key stands for another act already"):
            again()


@pytest.mark.parametrize("key", ["x" * 121, "a\0b", "line\nbreak"])
def test_a_key_is_short_and_can_be_printed(key: str) -> None:
    with pytest.raises(Refused, match="key: at most 120 characters"):
        approve(make_promotion_request(), make_approver(), key=key)


def test_without_a_key_nothing_is_remembered() -> None:
    approve(make_promotion_request(), make_approver(), key="")
    assert not Act.objects.exists()


def test_what_was_refused_is_not_remembered_and_may_be_done_later() -> None:
    request, by = make_promotion_request(), make_approver()
    with pytest.raises(Refused):
        approve(request, by, reason=" ")
    assert approve(request, by) is not None


@pytest.mark.django_db(transaction=True)
def test_one_click_that_arrives_three_times_at_once_is_one_act() -> None:
    request, by = make_promotion_request(), make_approver()
    ends = together(*[lambda: approve(request, by)] * 3)
    assert ends == [Deployment.objects.get()] * 3
    assert (Approval.objects.count(), Act.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_recipes_at_once_is_one_act_and_one_conflict() -> None:
    """They lock different slots, so the key itself is what they meet at."""
    asker = make_person("request_policy")
    ask = {"wanted": 2, "reason": "x", "by": asker, "at": NOON, "key": "same"}
    ends = together(
        *[
            lambda key=key: policy_requests.open_policy_request(recipe_key=key, **ask)  # type: ignore[misc]
            for key in ("toy-learner", "toy-formula")
        ]
    )
    assert sorted(type(end).__name__ for end in ends) == ["Conflict", "PolicyRequest"]
    assert PolicyRequest.objects.count() == 1
