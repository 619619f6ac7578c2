"""A version replaces only what it was judged against, by gates that are known by their keys."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mlops import policies, registry
from mlops.errors import Refused
from mlops.models import Deployment, PromotionRequest
from mlops.ports import SYSTEM, Gate
from mlops.services import approvals, promotion, requests
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_promotion,
    make_promotion_request,
    make_scientist,
)
from tests.mlops.test_requests import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def test_a_version_replaces_only_the_champion_that_it_was_judged_against() -> None:
    first = make_promotion(at=NOON).version
    second, third = make_candidate(), make_candidate()  # both judged against the first
    asked = ask(second, at=NOON)
    make_promotion(third, at=NOON + timedelta(hours=1))
    words = r"toy-learner v2 was judged against toy-learner v1; toy-learner v3 serves now: train another version\."
    with pytest.raises(Refused, match=words):
        policies.check_may_promote(asked.version)
    requests.expire(by=SYSTEM, at=NOON + timedelta(days=14))
    with pytest.raises(Refused, match=words):
        ask(second, at=NOON + timedelta(days=14))
    promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=NOON + timedelta(days=15))
    again = make_promotion(second, at=NOON + timedelta(days=16))  # put back, the first is what it was judged against
    assert again.replaces is not None
    assert again.replaces.version == first


def test_a_vote_is_not_taken_on_what_was_not_judged_as_it_must_be_now(settings: Any, monkeypatch: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    make_promotion_request()
    request = PromotionRequest.objects.get()
    vote = {"request_id": request.pk, "evidence_digest": request.evidence_digest, "reason": "good", "at": NOON}
    recipe = type(registry.recipe("toy-learner"))
    monkeypatch.setattr(recipe, "gates", (*recipe.gates, Gate("first", "A good start", "f", "m", first_only=True)))
    with pytest.raises(
        Refused, match=r"was never judged on A good start; no version serves now: train another version"
    ):
        approvals.decide(verdict="APPROVE", by=make_approver(), **vote)
    assert not request.approvals.exists()
    assert approvals.decide(verdict="REJECT", by=make_approver(), **vote) is None


def served() -> dict[str, Any]:
    champion = Deployment.objects.champion("toy-learner")
    return {"version": champion.version_id, "label": champion.version.label} if champion else {}


def test_gates_are_known_by_their_keys(monkeypatch: Any) -> None:
    first_of_all = make_candidate()
    make_promotion(make_candidate(), at=NOON)
    words = "was trained when no version served, so it was never judged on"
    with pytest.raises(Refused, match=f"{words} No worse than the champion; toy-learner v2 serves now"):
        ask(first_of_all)
    recipe = type(registry.recipe("toy-learner"))
    reworded = tuple(replace(gate, title=f"{gate.title}, said anew") for gate in recipe.gates)
    monkeypatch.setattr(recipe, "gates", reworded)
    with pytest.raises(Refused, match=f"{words} No worse than the champion, said anew"):
        ask(first_of_all)
    rekeyed = tuple(replace(gate, key=f"{gate.key}-2") for gate in recipe.gates)
    monkeypatch.setattr(recipe, "gates", rekeyed)
    with pytest.raises(
        Refused, match="was never judged on No worse than the champion, said anew; toy-learner v2 serves"
    ):
        ask(make_candidate(gates={"results": [{"key": "no-worse", "passed": True, "against": served()}]}))


def test_a_report_that_tells_not_what_it_was_judged_against_is_no_ground_to_replace_anything() -> None:
    older = {"results": [{"key": "no-worse", "title": "No worse than the champion", "passed": True}]}
    version = make_candidate(gates=older)
    assert ask(version).evidence["gates"].keys() == {"digest", "passed"}, "what was asked before it was told, stays"
    make_promotion(make_candidate(), at=NOON)
    with pytest.raises(Refused, match="toy-learner v1 does not tell what it was judged against; toy-learner v2 serves"):
        policies.check_may_promote(version)


def test_the_evidence_says_what_it_was_judged_against() -> None:
    first = make_candidate()
    assert ask(first).evidence["gates"]["against"] is None
    promoted = make_promotion(make_candidate(), at=NOON)
    assert ask(make_candidate()).evidence["gates"]["against"] == {
        "version": promoted.version_id,
        "label": "toy-learner v2",
    }


def test_a_gate_for_the_first_alone_is_asked_when_nothing_serves(monkeypatch: Any) -> None:
    make_promotion(at=NOON)
    second = make_candidate()
    promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=NOON + timedelta(days=1))
    assert policies.may_request(make_scientist(), second, NOON), "no gate of this recipe is for the first alone"
    recipe = type(registry.recipe("toy-learner"))
    monkeypatch.setattr(recipe, "gates", (*recipe.gates, Gate("first", "A good start", "f", "m", first_only=True)))
    with pytest.raises(Refused, match=r"was judged against toy-learner v1; no version serves now: train another"):
        ask(second, at=NOON + timedelta(days=2))
