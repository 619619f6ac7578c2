"""The public ledger by the API: systems, versions, cards; nobody's name, and nothing but what is on record."""

import json
from typing import Any

import pytest

from catalog.models import Movie
from mlops.models import PromotionRequest
from mlops.services import promotion
from tests.catalog.api_calls import Caller, five_films, refusal
from tests.catalog.learned import candidate, serve, small_model
from tests.factories.mlops import NOON, make_approver

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Caller:
    five_films()
    return Caller()


def recommender(api: Caller) -> Any:
    return next(system for system in api.get("models").json()["data"] if system["recipe"] == "recommender")


def model() -> Any:
    return small_model(Movie.objects.order_by("pk"))


def test_all_systems_are_there_and_those_that_learn_serve_nobody_yet(api: Caller) -> None:
    formula, *learners = sorted(api.get("models").json()["data"], key=lambda system: str(system["kind"]), reverse=True)
    assert (formula["recipe"], formula["kind"], formula["serves"]["version"]) == (
        "weighted-rating",
        "SOFTWARE",
        "weighted-rating v1",
    )
    assert formula["serves"]["params"]["prior_votes"] == 25_000
    assert sorted(learner["recipe"] for learner in learners) == ["neighbours", "recommender"]
    for learner in learners:
        assert (learner["kind"], learner["serves"], learner["versions"], learner["newest"]) == ("LEARNING", None, 0, [])


def test_a_candidate_is_listed_and_serves_only_when_two_people_said_so(api: Caller) -> None:
    candidate(model())
    waiting = recommender(api)
    assert waiting["serves"] is None
    assert [(one["version"], one["state"], one["passed"]) for one in waiting["newest"]] == [
        ("recommender v1", "CANDIDATE", True)
    ]
    serve(model())
    served = recommender(api)
    assert served["serves"]["version"] == "recommender v2"
    assert [one["number"] for one in served["newest"]] == [2, 1]
    promotion.roll_back(recipe_key="recommender", reason="a look back", by=make_approver(), at=NOON)
    assert recommender(api)["serves"] is None


def test_a_card_says_who_decided_by_number_and_never_by_name(api: Caller) -> None:
    serve(model())
    card = api.get("models/recommender/1").json()
    assert (card["version"], card["state"]) == ("recommender v1", "APPROVED")
    asked = card["requests"][0]
    assert (asked["who"], asked["state"], asked["needed"]) == ("requester 1", "PROMOTED", 1)
    assert [(vote["who"], vote["verdict"]) for vote in asked["votes"]] == [("approver 1", "APPROVE")]
    assert len(card["checklist"]) == 8
    assert [stretch["ended_at"] for stretch in card["deployments"]] == [None]
    row = PromotionRequest.objects.get()
    people = {row.requested_by, row.approvals.get().decided_by}
    assert [subject for subject in people if subject in json.dumps(card)] == []


@pytest.mark.parametrize(
    "address",
    [
        "models/recommender/1",
        "models/nobody/1",
        "models/weighted-rating/2",
        "models/weighted-rating/999999999999999999",
    ],
)
def test_a_version_that_is_not_there_is_said_to_be_so(api: Caller, address: str) -> None:
    refusal(api.get(address), 404, "not_found")
