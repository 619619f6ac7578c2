"""What the public reads: systems, versions, who served when, who decided — and nobody's name or subject id."""

import dataclasses
import json
from datetime import timedelta

import pytest

from mlops import ledger
from mlops.models import Approval, ModelVersion, PromotionRequest, Run
from mlops.services import promotion
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_genesis,
    make_promotion,
    make_promotion_request,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
DAY = timedelta(days=1)


def test_every_system_is_told_with_what_serves_of_it() -> None:
    make_genesis("toy-formula")
    make_candidate()
    formula, learner = ledger.systems()
    assert formula.serves is not None
    assert (formula.recipe_key, formula.kind, formula.serves.label) == ("toy-formula", "SOFTWARE", "toy-formula v1")
    assert (learner.title, learner.kind, learner.serves, learner.versions) == ("Toy learner", "LEARNING", None, 1)


def test_versions_are_told_newest_first() -> None:
    make_promotion()
    make_candidate(gates={"passed": False})
    second, first = ledger.versions("toy-learner")
    assert (first.label, first.state, first.passed, first.serves) == ("toy-learner v1", "APPROVED", True, True)
    assert (second.label, second.state, second.passed, second.serves) == ("toy-learner v2", "CANDIDATE", False, False)
    assert ledger.versions("nought") == []
    assert ledger.version("toy-learner", 3) is None


def test_what_served_at_a_moment_is_told() -> None:
    make_promotion(at=NOON)
    make_promotion(make_candidate(), at=NOON + DAY)
    promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=NOON + 2 * DAY)
    promotion.roll_back(recipe_key="toy-learner", reason="none", by=make_approver(), at=NOON + 3 * DAY)
    moments = [NOON - DAY, NOON, NOON + DAY, NOON + 2 * DAY, NOON + 3 * DAY]
    found = [ledger.served_at("toy-learner", moment) for moment in moments]
    assert [service and service.number for service in found] == [None, 1, 2, 1, None]
    assert [service.how for service in ledger.services("toy-learner")] == [
        "promoted by an approved request",
        "promoted by an approved request",
        "rolled back to what served before",
    ]


def test_a_public_card_names_nobody() -> None:
    version = make_promotion().version
    promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=NOON + DAY)
    make_promotion_request(version, at=NOON + 2 * DAY)
    card = ledger.version("toy-learner", 1)
    assert card is not None
    (first, second), (stretch,) = card.requests, card.deployments
    assert (first.who, [vote.who for vote in first.votes], first.closed_by) == (
        "requester 1",
        ["approver 1"],
        "approver 1",
    )
    assert (second.who, stretch.who) == ("requester 2", "approver 1")
    told = json.dumps(dataclasses.asdict(card), default=str)
    told += json.dumps([dataclasses.asdict(line) for line in ledger.versions("toy-learner")], default=str)
    people = {
        *PromotionRequest.objects.values_list("requested_by", flat=True),
        *Approval.objects.values_list("decided_by", flat=True),
        *Run.objects.values_list("queued_by", flat=True),
        *ModelVersion.objects.exclude(created_by="system").values_list("created_by", flat=True),
    }
    assert len(people) >= 4
    assert [who for who in people if who in told] == []
