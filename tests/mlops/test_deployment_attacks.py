"""Versions and deployments against someone with a database shell: nothing serves without votes."""

from datetime import timedelta
from typing import Any

import pytest

from mlops.models import Deployment, PromotionRequest
from tests.factories.mlops import (
    NOON,
    make_approval,
    make_candidate,
    make_deployment,
    make_promotion,
    make_promotion_request,
    make_run,
    make_scientist,
    make_version,
)
from tests.mlops import sql
from tests.mlops.attacks import LAST, OTHER, VERSION, approved, attacked, end, promoted, refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


@pytest.fixture
def asked() -> PromotionRequest:
    """An open request for toy-learner v1, trained by one person and asked for by another."""
    return make_promotion_request(by=make_scientist())


# --- the version --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["APPROVED", "REJECTED", "RETIRED"])
def test_a_candidate_is_not_approved_without_votes(asked: PromotionRequest, state: str) -> None:
    attacked(f"UPDATE {VERSION} SET state = '{state}'", "approved or rejected by votes alone")


def test_a_vote_against_outweighs_those_for(asked: PromotionRequest) -> None:
    make_approval(asked)
    make_approval(asked, verdict="REJECT")
    attacked(f"UPDATE {VERSION} SET state = 'APPROVED'", "approved or rejected by votes alone")
    with refusal():
        promoted(asked)


@pytest.mark.parametrize("state", ["CANDIDATE", "REJECTED", "RETIRED"])
def test_what_serves_stays_approved(state: str) -> None:
    make_promotion()
    attacked(f"UPDATE {VERSION} SET state = '{state}'", "approved or rejected by votes alone")


def test_what_a_roll_back_would_need_is_not_retired() -> None:
    first = make_promotion(at=NOON).version
    make_promotion(make_candidate(), at=NOON + timedelta(days=1))
    retire = f"UPDATE {VERSION} SET state = 'RETIRED' WHERE id = {first.pk}"
    attacked(retire, "approved or rejected by votes alone")
    make_promotion(make_candidate(), at=NOON + timedelta(days=2))
    sql.run(retire)


@pytest.mark.parametrize(
    "given",
    [
        {"state": "APPROVED"},
        {"state": "REJECTED"},
        {"state": "RETIRED"},
        {"state": "APPROVED", "kind": "SOFTWARE", "number": 2},
        {"state": "CANDIDATE", "kind": "SOFTWARE", "run": None},
    ],
)
def test_a_version_begins_as_a_candidate_of_a_run(given: dict[str, Any]) -> None:
    with refusal("begins as the candidate of a run of its recipe"):
        make_version(**given)


def test_a_version_is_not_of_another_recipe_s_run() -> None:
    with refusal("begins as the candidate of a run of its recipe"):
        make_version(run=make_run(recipe_key="other"))


# --- the deployment -----------------------------------------------------------------------------------------------------
def test_with_its_vote_a_version_is_promoted(asked: PromotionRequest) -> None:
    """What all refusals below differ from by one thing."""
    assert promoted(approved(asked)).how == "PROMOTION"


def test_without_a_vote_nothing_is_promoted(asked: PromotionRequest) -> None:
    with refusal("promoted by enough votes of others"):
        promoted(asked)


def test_too_few_votes_do_not_promote(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    request = make_promotion_request()
    make_approval(request, decided_by=OTHER)
    attacked(f"UPDATE {VERSION} SET state = 'APPROVED'", "approved or rejected by votes alone")
    with refusal("promoted by enough votes of others"):
        promoted(request)
    make_approval(request)
    sql.run(f"UPDATE {VERSION} SET state = 'APPROVED'")
    assert promoted(request).pk


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"started_by": "system"}, "promoted by enough votes"),
        ({"started_by": "somebody"}, "promoted by enough votes"),
        ({"started_at": LAST}, "promoted by enough votes"),
        ({"started_at": NOON - timedelta(days=1)}, "promoted by enough votes"),
        ({"recipe_key": "other"}, "promoted by enough votes"),
        ({"role": "CHALLENGER"}, "as champion"),
        ({"how": "NOUGHT"}, "constraint|a way that is known"),
        ({"how": "GENESIS"}, "constraint|only the first version of a formula"),
        ({"how": "GENESIS", "request": None}, "only the first version of a formula"),
        ({"how": "ROLLBACK", "request": None}, "constraint|goes to what the latest promotion replaced"),
        ({"request": None}, "constraint|promoted by enough votes"),
        ({"ended_at": NOON, "ended_by": OTHER}, "begins in force"),
    ],
)
def test_a_promotion_is_of_the_request_s_version_by_a_voter_in_time(
    asked: PromotionRequest, given: dict[str, Any], words: str
) -> None:
    approved(asked)
    with refusal(words):
        make_deployment(asked.version, **{"how": "PROMOTION", "request": asked, "started_by": OTHER, **given})
    assert not Deployment.objects.exists()


def test_one_request_promotes_no_other_version(asked: PromotionRequest) -> None:
    approved(asked)
    with refusal("promoted by enough votes"):
        make_deployment(make_candidate(), how="PROMOTION", request=asked, started_by=OTHER)


def test_one_request_promotes_once() -> None:
    spent = make_promotion(at=NOON)
    assert spent.request
    make_promotion(make_candidate(), at=NOON + timedelta(days=1))
    end(NOON + timedelta(days=2))
    with refusal():
        promoted(spent.request, started_by=spent.started_by, started_at=NOON + timedelta(days=2))


def test_a_promotion_does_not_hide_what_it_replaced(asked: PromotionRequest) -> None:
    first = make_promotion(make_candidate(), at=NOON)
    approved(asked)
    at = NOON + timedelta(days=1)
    end(at)
    with refusal("replaces what was in force until it"):
        promoted(asked, started_at=at)
    assert promoted(asked, started_at=at, replaces=first).pk


def test_nothing_begins_in_the_past_of_another(asked: PromotionRequest) -> None:
    make_promotion(make_candidate(), at=NOON)
    end(NOON + timedelta(days=2))
    approved(asked)
    with refusal("has ended before another begins"):
        promoted(asked, started_at=NOON + timedelta(days=1))
    assert promoted(asked, started_at=NOON + timedelta(days=3)).pk


def test_two_do_not_serve_at_once(asked: PromotionRequest) -> None:
    make_promotion(make_candidate())
    approved(asked)
    with refusal():
        promoted(asked)
    assert Deployment.objects.count() == 1


# --- the roll-back ------------------------------------------------------------------------------------------------------
@pytest.fixture
def line() -> list[Deployment]:
    """Three champions one after the other, the last one just ended."""
    found = [make_promotion(make_candidate(), at=NOON + timedelta(days=day)) for day in range(3)]
    end(ENDED)
    return found


ENDED = NOON + timedelta(days=3)


def back(replaces: Deployment, to: Deployment, **given: Any) -> Deployment:
    fields = {"how": "ROLLBACK", "replaces": replaces, "started_at": ENDED, "started_by": OTHER, "reason": "worse"}
    return make_deployment(to.version, **{**fields, **given})


def test_the_latest_goes_back_to_what_it_replaced(line: list[Deployment]) -> None:
    assert back(line[2], line[1]).pk


@pytest.mark.parametrize(("replaces", "to"), [(2, 0), (2, 2), (1, 0), (1, 1), (0, 0), (0, 1)])
def test_a_roll_back_goes_nowhere_else(line: list[Deployment], replaces: int, to: int) -> None:
    with refusal("goes to what the latest promotion replaced"):
        back(line[replaces], line[to])


@pytest.mark.parametrize(
    "given", [{"started_by": "system"}, {"started_by": ""}, {"started_at": ENDED + timedelta(seconds=1)}]
)
def test_a_roll_back_is_a_person_s_and_follows_at_once(line: list[Deployment], given: dict[str, Any]) -> None:
    with refusal("goes to what the latest promotion replaced"):
        back(line[2], line[1], **given)


def test_a_roll_back_is_not_rolled_back_for_that_would_be_forward(line: list[Deployment]) -> None:
    first = back(line[2], line[1])
    at = ENDED + timedelta(days=1)
    end(at)
    for to in line:
        with refusal("goes to what the latest promotion replaced"):
            back(first, to, started_at=at)


def test_nothing_is_rolled_back_while_it_serves() -> None:
    make_promotion(at=NOON)
    second = make_promotion(make_candidate(), at=NOON + timedelta(days=1))
    with refusal():
        back(second, second.replaces, started_at=NOON + timedelta(days=2))  # type: ignore[arg-type]
