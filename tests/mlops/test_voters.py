"""Whose votes count: each condition alone flips whether the one vote that is needed counts."""

import hashlib
import uuid
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model

from mlops import policies
from mlops.models import Approval, Deployment, Erasure, PolicyRequest, PromotionRequest
from mlops.services import approvals, policy_requests
from tests.factories.governance import make_policy_request, make_policy_vote
from tests.factories.mlops import (
    NOON,
    make_approval,
    make_approver,
    make_person,
    make_promotion_request,
    make_scientist,
)
from tests.mlops import sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
LATER = NOON + timedelta(hours=1)
needs_accounts = pytest.mark.skipif(not apps.is_installed("catalog"), reason="accounts without a subject id")


def account(**given: Any) -> Any:
    """Somebody with an account here, and every right."""
    name = f"voter-{get_user_model().objects.count()}"
    return get_user_model().objects.create(username=name, is_superuser=True, **given)


def vote(request: PromotionRequest, by: Any) -> Deployment | None:
    told = {"evidence_digest": request.evidence_digest, "reason": "good", "at": LATER}
    return approvals.decide(request_id=request.pk, verdict="APPROVE", by=by, **told)


@pytest.fixture
def asked(settings: Any) -> PromotionRequest:
    """Two others must approve."""
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    return make_promotion_request()


def deactivate(who: Any) -> None:
    who.is_active = False
    who.save()


def tombstone(who: Any) -> None:
    """What an erasure leaves, the account gone."""
    digest = hashlib.sha256(str(who.subject_id).encode()).hexdigest()
    Erasure.objects.create(subject_digest=digest, reason="asked for", erased_at=NOON, erased_by="x")
    removed(who)


def removed(who: Any) -> None:
    """The account deleted past every service: its history tells that there was one."""
    sql.run("DELETE FROM catalog_user WHERE id = %s", who.pk)


@needs_accounts
@pytest.mark.parametrize("gone", [deactivate, tombstone, removed])
def test_the_vote_of_an_account_that_is_gone_counts_no_longer(asked: PromotionRequest, gone: Any) -> None:
    leaver = account()
    assert vote(asked, leaver) is None
    gone(leaver)
    assert policies.valid_approvals(asked) == 0
    assert vote(asked, account()) is None, "two voted, one of whom is gone"
    asked.refresh_from_db()
    assert (asked.state, Deployment.objects.count()) == ("OPEN", 0)
    assert vote(asked, account()) is not None


@needs_accounts
def test_who_comes_back_counts_again(asked: PromotionRequest) -> None:
    leaver = account()
    vote(asked, leaver)
    deactivate(leaver)
    assert policies.valid_approvals(asked) == 0
    leaver.is_active = True
    leaver.save()
    assert policies.valid_approvals(asked) == 1


@needs_accounts
def test_of_policies_as_of_promotions() -> None:
    request, leaver = make_policy_request(wanted=2), account()
    told = {"request_id": request.pk, "verdict": "APPROVE", "reason": "good", "at": LATER}
    policy_requests.decide_policy(by=leaver, **told)
    deactivate(leaver)
    assert policy_requests.decide_policy(by=account(), **told) is None
    assert policy_requests.decide_policy(by=account(), **told) is not None


@needs_accounts
@pytest.mark.parametrize("nobody", [str(uuid.UUID(int=4)), "somebody", "00000000-0000-4000-8000-00000000000B"])
def test_the_vote_of_nobody_counts_nowhere(asked: PromotionRequest, nobody: str) -> None:
    """A row past all services, under an id that never had an account."""
    make_approval(asked, decided_by=nobody)
    assert policies.valid_approvals(asked) == 0
    assert vote(asked, account()) is None, "one of two voted"
    wish = make_policy_request(wanted=3)
    make_policy_vote(wish, decided_by=nobody)
    assert policies.valid_policy_votes(wish) == 0


@pytest.mark.skipif(apps.is_installed("catalog"), reason="accounts have a subject id")
def test_where_accounts_have_no_subject_id_every_vote_counts(asked: PromotionRequest) -> None:
    vote(asked, make_approver())
    assert policies.valid_approvals(asked) == 1


# --- each condition of «this vote counts» by itself (modified condition / decision coverage) -------------------------
def raw(request: PromotionRequest, **given: Any) -> Approval:
    """A vote as no trigger would let it in: the rule is asked as it stands."""
    return Approval(request=request, **{"verdict": "APPROVE", "evidence_digest": request.evidence_digest, **given})


CONDITIONS: dict[str, Any] = {
    "for it": {"verdict": "REJECT"},
    "on its evidence": {"evidence_digest": "b" * 64},
    "not the requester's": {"decided_by": "requester"},
    "not the trainer's": {"decided_by": "trainer"},
    "not the registrar's": {"decided_by": "registrar"},
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("condition", ["none", *CONDITIONS])
def test_each_condition_alone_decides_whether_a_vote_counts(condition: str) -> None:
    """In the service's rule, with the triggers away; that each holds in the database by itself the attacks show."""
    from django.db import connection

    from mlops import triggers

    request = make_promotion_request()
    who = {
        "requester": request.requested_by,
        "trainer": request.version.run.queued_by if request.version.run else "",
        "registrar": "registrar",
    }
    given = dict(CONDITIONS.get(condition, {}))
    given["decided_by"] = who.get(given.get("decided_by", ""), str(make_approver().subject_id))
    triggers.drop(connection, events=("INSERT", "UPDATE"))
    sql.run("UPDATE mlops_modelversion SET created_by = 'registrar'")
    make_approval(request, **given)
    triggers.install(connection)
    request = PromotionRequest.objects.get()
    assert policies.valid_approvals(request) == (1 if condition == "none" else 0)


def may(by: Any, request: PromotionRequest, at: Any = LATER) -> bool:
    return policies.may_decide(by, request, at)


def test_each_condition_alone_decides_who_may_vote() -> None:
    scientist, trainer = make_scientist(), make_person("decide_promotion")
    from tests.factories.mlops import make_candidate

    request = make_promotion_request(make_candidate(by=trainer), by=scientist)
    good = make_person("decide_promotion")
    assert may(good, request)
    flipped = {
        "a person": SimpleNamespace(**{**vars(good), "subject_id": "system"}),
        "active": SimpleNamespace(**{**vars(good), "is_active": False}),
        "not the requester": SimpleNamespace(**{**vars(good), "subject_id": scientist.subject_id}),
        "not the trainer": trainer,
        "with the right": make_person(),
    }
    assert [why for why, who in flipped.items() if may(who, request)] == []
    assert not may(good, request, request.expires_at), "in time"
    assert not may(good, request, NOON - timedelta(seconds=1)), "not before it was opened"
    make_approval(request, decided_by=str(good.subject_id))
    assert not may(good, request), "once"
    assert may(make_person("decide_promotion"), request)
    request.state = "REJECTED"
    assert not may(make_person("decide_promotion"), request), "while it is open"


def test_each_condition_alone_decides_whether_a_policy_vote_counts() -> None:
    request = make_policy_request(wanted=3)
    assert policies.valid_policy_votes(request) == 0
    make_policy_vote(request, verdict="REJECT")
    assert policies.valid_policy_votes(request) == 0
    make_policy_vote(request, decided_by=str(make_approver().subject_id))
    assert policies.valid_policy_votes(PolicyRequest.objects.get()) == 1
