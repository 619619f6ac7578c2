"""Rows of governance for tests: policies with their requests and votes, remarks, acts under a key, slots."""

import uuid
from datetime import timedelta
from typing import Any

from mlops.models import Act, Policy, PolicyRequest, PolicyVote, PromotionRequest, Remark, Slot
from mlops.services import policy_requests
from tests.clock import NOON
from tests.factories.mlops import make_approver, make_person, make_promotion_request

# Rows that triggers, the signer and services write, and no test should make up.
DERIVED = ("Capture", "Checkpoint", "Erasure", "Job", "Tick")


def make_policy_request(
    recipe_key: str = "toy-learner", *, wanted: int = 2, by: Any = None, at: Any = NOON
) -> PolicyRequest:
    """An open request for another number of approvals, by somebody who may."""
    asker = by or make_person("request_policy")
    return policy_requests.open_policy_request(
        recipe_key=recipe_key, wanted=wanted, reason="so many are right", by=asker, at=at
    )


def make_policy_vote(request: PolicyRequest | None = None, **given: Any) -> PolicyVote:
    """One vote on a policy request as a raw row: nothing follows from it."""
    fields = {"verdict": PolicyVote.Verdict.APPROVE, "reason": "that many are right", "decided_at": NOON}
    return PolicyVote.objects.create(
        request=request or make_policy_request(), **{**fields, "decided_by": str(uuid.uuid4()), **given}
    )


def make_policy(recipe_key: str = "toy-learner", *, wanted: int = 2, at: Any = NOON) -> Policy:
    """A policy in force: one person asked for it, and as many others agreed as it takes."""
    request = make_policy_request(recipe_key, wanted=wanted, at=at)
    told = {"request_id": request.pk, "verdict": "APPROVE", "reason": "that many are right", "at": at}
    for _ in range(request.needed):
        policy = policy_requests.decide_policy(by=make_approver(), **told)
    assert policy is not None
    return policy


def make_remark(request: PromotionRequest | None = None, **given: Any) -> Remark:
    """Something said under a request, as a raw row."""
    fields = {"text": "Why so few?", "said_at": NOON + timedelta(minutes=1), "said_by": str(uuid.uuid4())}
    return Remark.objects.create(request=request or make_promotion_request(), **{**fields, **given})


def make_act(**given: Any) -> Act:
    """An act that was done under a key, as a raw row."""
    fields = {"key": str(uuid.uuid4()), "action": "request.open", "subject": "version:toy-learner v1"}
    return Act.objects.create(**{**fields, "done_at": NOON, "done_by": str(uuid.uuid4()), **given})


def make_slot(recipe_key: str = "toy-learner") -> Slot:
    """The place that a recipe serves from."""
    return Slot.objects.create(recipe_key=recipe_key)
