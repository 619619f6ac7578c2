"""How many others must approve: a row that only another approved request follows, and that requests are bound to."""

from datetime import timedelta
from typing import Any

import pytest

from mlops import policies
from mlops.errors import Conflict, EvidenceChanged, Refused
from mlops.models import AuditEvent, Capture, Policy, PolicyRequest, PolicyVote
from mlops.ports import SYSTEM
from mlops.services import approvals, policy_requests, requests
from mlops.services.audit import verify
from tests.factories.governance import make_policy, make_policy_request
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_person,
    make_promotion_request,
    make_scientist,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
LATER = NOON + timedelta(hours=1)
EVERYTHING = {"has_perm": lambda right: True, "is_superuser": True}


def vote(request: PolicyRequest, by: Any = None, verdict: str = "APPROVE", **given: Any) -> Policy | None:
    fields = {"reason": "convincing", "at": LATER, **given}
    return policy_requests.decide_policy(request_id=request.pk, verdict=verdict, by=by or make_approver(), **fields)


def required() -> int:
    return policies.approvals_required("toy-learner")


def test_who_asks_for_two_is_given_two_by_two_others_and_all_of_it_is_on_record() -> None:
    request, last = make_policy_request(wanted=2), make_approver()
    assert (request.current, request.needed, required()) == (1, 2, 1)
    assert vote(request) is None
    policy = vote(request, last)
    assert policy is not None
    assert (policy.number, policy.approvals_required, policy.set_by) == (1, 2, str(last.subject_id))
    request.refresh_from_db()
    assert (request.state, required()) == ("APPLIED", 2)
    told = [event.action for event in AuditEvent.objects.order_by("seq")]
    assert told == ["policy.requested", "policy.approval_given", "policy.approval_given", "policy.changed"]
    assert verify().holds
    assert not Capture.objects.unsealed().exists()


def test_fewer_take_as_many_votes_as_are_required_now() -> None:
    make_policy(wanted=3)
    request = make_policy_request(wanted=1)
    assert request.needed == 3
    assert [vote(request), vote(request)] == [None, None]
    assert vote(request) is not None
    assert (required(), Policy.objects.count()) == (1, 2)


def test_the_settings_say_what_is_required_until_people_do(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 4}
    assert required() == 4
    make_policy(wanted=2)
    assert required() == 2
    assert policies.approvals_required("toy-formula") == 1


def test_a_policy_that_changed_while_a_request_was_open_refuses_it_clearly() -> None:
    open_since_before = make_promotion_request()
    make_policy(wanted=2)
    vote = {"request_id": open_since_before.pk, "evidence_digest": open_since_before.evidence_digest, "reason": "good"}
    with pytest.raises(EvidenceChanged, match=r"the policy\. Reject or withdraw it, and request again"):
        approvals.decide(verdict="APPROVE", by=make_approver(), at=LATER, **vote)
    make_policy(wanted=1)  # as it was; but people were asked for two in between
    with pytest.raises(EvidenceChanged, match="the policy"):
        approvals.decide(verdict="APPROVE", by=make_approver(), at=LATER, **vote)
    assert approvals.decide(verdict="REJECT", by=make_approver(), at=LATER, **vote) is None


def refused(request: PolicyRequest, by: Any, words: str, at: Any = LATER) -> None:
    before = (PolicyVote.objects.count(), AuditEvent.objects.count())
    with pytest.raises(Refused, match=words):
        vote(request, by, at=at)
    assert not policies.may_decide_policy(by, request, at)
    assert (PolicyVote.objects.count(), AuditEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (SYSTEM, "the system may not decide on a policy"),
        (make_scientist(), "needs the right «mlops.decide_promotion»"),
        (make_person("decide_promotion", is_active=False), "not active"),
    ],
    ids=["system", "no right", "not active"],
)
def test_who_may_not_decide_is_told_why(by: Any, words: str) -> None:
    refused(make_policy_request(), by, words)


def test_nobody_decides_on_their_own_nor_twice_nor_late() -> None:
    root = make_person(**EVERYTHING)
    refused(make_policy_request(by=root), root, "is your own: another person must decide")
    request = PolicyRequest.objects.get()
    voter = make_approver()
    vote(request, voter)
    refused(request, voter, "decided on policy request .* already: it is one vote a person")
    refused(request, make_approver(), "expired on 15 June 2026", at=NOON + timedelta(days=14))
    vote(request)
    request.refresh_from_db()
    refused(request, make_approver(), r"was approved already\. 2 approvals are required now")


@pytest.mark.parametrize(
    ("by", "wanted", "recipe_key", "words"),
    [
        (SYSTEM, 2, "toy-learner", "the system may not ask for another policy"),
        (make_scientist(), 2, "toy-learner", "needs the right «mlops.request_policy»"),
        (make_person(**EVERYTHING), 0, "toy-learner", "from 1 to 9"),
        (make_person(**EVERYTHING), 10, "toy-learner", "from 1 to 9"),
        (make_person(**EVERYTHING), 1, "toy-learner", "requires 1 already"),
        (make_person(**EVERYTHING), 2, "nought", "there is no recipe nought; there are: toy-formula, toy-learner"),
    ],
)
def test_what_may_not_be_asked_for_is_told_why(by: Any, wanted: int, recipe_key: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        make_policy_request(recipe_key, wanted=wanted, by=by)
    assert not policies.may_request_policy(by, recipe_key, wanted, NOON)


def test_one_at_a_time_taken_back_by_who_asked_ended_by_one_against_or_by_time() -> None:
    asker = make_person("request_policy")
    first = make_policy_request(by=asker)
    with pytest.raises(Conflict, match=f"policy request {first.pk} for toy-learner awaits its votes"):
        make_policy_request(wanted=3)
    told = {"request_id": first.pk, "reason": "no need", "at": LATER}
    with pytest.raises(Refused, match="another person's"):
        policy_requests.withdraw_policy(by=make_approver(), **told)
    with pytest.raises(Refused, match="say why you withdraw the policy request"):
        policy_requests.withdraw_policy(by=asker, **{**told, "reason": " "})
    assert policy_requests.withdraw_policy(by=asker, **told).state == "WITHDRAWN"
    second = make_policy_request(wanted=3)
    assert vote(second, verdict="REJECT") is None
    second.refresh_from_db()
    third = make_policy_request(wanted=3)
    assert requests.expire(by=SYSTEM, at=NOON + timedelta(days=15)) == 1
    third.refresh_from_db()
    assert (second.state, third.state, required()) == ("REJECTED", "EXPIRED", 1)
    assert make_policy_request(at=NOON + timedelta(days=15)).state == "OPEN"
    assert verify().holds
    assert not Capture.objects.unsealed().exists()


def test_asking_again_closes_what_expired_though_nobody_swept() -> None:
    old = make_policy_request()
    again = make_policy_request(at=NOON + timedelta(days=15))
    old.refresh_from_db()
    assert (old.state, again.state) == ("EXPIRED", "OPEN")


def test_the_reason_of_a_withdrawal_is_kept_without_the_spaces_around_it() -> None:
    asker = make_person("request_policy")
    request = make_policy_request(by=asker)
    policy_requests.withdraw_policy(request_id=request.pk, reason=" no need ", by=asker, at=LATER)
    told = AuditEvent.objects.order_by("seq").last()
    assert told is not None
    assert (told.action, told.reason) == ("policy.withdrawn", "no need")


def test_settings_that_changed_meanwhile_are_noticed(settings: Any) -> None:
    request = make_policy_request(wanted=2)
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 3}
    with pytest.raises(Conflict, match="requires 3 now, and not 1"):
        vote(request)
