"""Voting: another person, once, in time, on the evidence that was looked at; enough votes promote, one against ends it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from mlops import policies, store
from mlops.errors import BadArtefact, EvidenceChanged, MlopsError, Refused
from mlops.models import Approval, AuditEvent, Deployment, ModelVersion, PromotionRequest
from mlops.ports import SYSTEM
from mlops.services import approvals, requests
from mlops.services.audit import verify
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_dataset,
    make_genesis,
    make_person,
    make_promotion,
    make_promotion_request,
    make_scientist,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
LATER = NOON + timedelta(hours=1)
EVERYTHING = {"has_perm": lambda right: True, "is_superuser": True}


def vote(request: PromotionRequest, by: Any = None, verdict: str = "APPROVE", **given: Any) -> Deployment | None:
    fields = {"evidence_digest": request.evidence_digest, "reason": "convincing", "at": LATER}
    return approvals.decide(request_id=request.pk, verdict=verdict, by=by or make_approver(), **{**fields, **given})


def actions() -> list[str]:
    return [event.action for event in AuditEvent.objects.order_by("seq")]


def test_another_person_s_vote_puts_the_version_in_force_and_all_of_it_is_on_record() -> None:
    request, approver = make_promotion_request(), make_approver()
    deployment = vote(request, approver)
    assert deployment is not None
    assert (deployment.version, deployment.how, deployment.role) == (request.version, "PROMOTION", "CHAMPION")
    assert (deployment.started_at, deployment.started_by) == (LATER, str(approver.subject_id))
    assert (deployment.request, deployment.replaces, deployment.reason) == (request, None, "it is better")
    request.refresh_from_db()
    assert (request.state, request.closed_by) == ("PROMOTED", str(approver.subject_id))
    assert ModelVersion.objects.get(pk=request.version_id).state == "APPROVED"
    assert actions()[-3:] == ["request.opened", "approval.given", "version.promoted"]
    assert verify().holds


def test_the_next_champion_replaces_the_first() -> None:
    first = make_promotion(at=NOON)
    second = vote(make_promotion_request(make_candidate(), at=NOON))
    first.refresh_from_db()
    assert second is not None
    assert (second.replaces, first.ended_at, second.started_at) == (first, LATER, LATER)
    assert Deployment.objects.champion("toy-learner") == second


def test_two_others_are_needed_where_the_policy_says_two(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    request = make_promotion_request()
    assert vote(request) is None
    assert not Deployment.objects.exists()
    assert vote(request) is not None
    assert actions()[-3:] == ["approval.given", "approval.given", "version.promoted"]


def test_a_policy_that_changed_while_the_request_was_open_changes_the_evidence(settings: Any) -> None:
    request = make_promotion_request()
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    with pytest.raises(EvidenceChanged, match="the policy"):
        vote(request)


def refused_by(request: PromotionRequest, by: Any, words: str, **given: Any) -> None:
    before = (actions(), Approval.objects.count(), Deployment.objects.count())
    with pytest.raises(Refused, match=words):
        vote(request, by, **given)
    assert not policies.may_decide(by, request, given.get("at", LATER))
    assert (actions(), Approval.objects.count(), Deployment.objects.count()) == before


@pytest.mark.parametrize("verdict", ["APPROVE", "REJECT"])
def test_nobody_decides_on_their_own_request_superusers_included(verdict: str) -> None:
    root = make_person(**EVERYTHING)
    refused_by(make_promotion_request(by=root), root, "is your own: another person must decide", verdict=verdict)


def test_nobody_decides_on_what_they_trained_superusers_included() -> None:
    root = make_person(**EVERYTHING)
    request = make_promotion_request(make_candidate(by=root))
    refused_by(request, root, "you trained toy-learner v1")


def test_nobody_decides_on_what_they_registered() -> None:
    root = make_person(**EVERYTHING)
    request = make_promotion_request(make_candidate(created_by=str(root.subject_id)))
    refused_by(request, root, "you trained toy-learner v1")


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (SYSTEM, "the system may not decide on a request: a person must"),
        (make_scientist(), "needs the right «mlops.decide_promotion»"),
        (make_person("decide_promotion", is_active=False), "not active"),
    ],
    ids=["system", "no right", "not active"],
)
def test_who_may_not_decide_is_told_why(by: Any, words: str) -> None:
    refused_by(make_promotion_request(), by, words)


def test_nobody_votes_twice(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    request, approver = make_promotion_request(), make_approver()
    vote(request, approver)
    refused_by(request, approver, "you decided on request .* already: it is one vote a person")


def test_what_was_approved_is_not_approved_again() -> None:
    request = make_promotion_request()
    vote(request)
    request.refresh_from_db()
    refused_by(request, make_approver(), r"was approved already\. toy-learner v1 serves now")


def test_a_vote_against_ends_it_and_a_rejected_version_is_neither_approved_nor_asked_for_again() -> None:
    request = make_promotion_request()
    assert vote(request, verdict="REJECT", reason="too few rivals") is None
    request.refresh_from_db()
    request.version.refresh_from_db()
    assert (request.state, request.version.state) == ("REJECTED", "REJECTED")
    event = AuditEvent.objects.order_by("seq").last()
    assert event is not None
    assert (event.action, event.reason) == ("version.rejected", "too few rivals")
    refused_by(request, make_approver(), r"was rejected\. No version serves now")
    with pytest.raises(Refused, match="toy-learner v1 was rejected: train another version"):
        make_promotion_request(request.version)


def test_a_vote_against_outweighs_votes_for(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    request = make_promotion_request()
    vote(request)
    vote(request, verdict="REJECT")
    request.refresh_from_db()
    refused_by(request, make_approver(), "was rejected")


def test_an_expired_request_is_not_approved_whether_swept_or_not() -> None:
    request, end = make_promotion_request(), NOON + timedelta(days=14)
    refused_by(request, make_approver(), "expired on 15 June 2026", at=end)
    requests.expire(by=SYSTEM, at=end)
    request.refresh_from_db()
    refused_by(request, make_approver(), r"expired\. No version serves now", at=end)


def test_a_withdrawn_request_is_not_approved() -> None:
    scientist = make_scientist()
    request = make_promotion_request(by=scientist)
    requests.withdraw(request_id=request.pk, reason="x", by=scientist, at=NOON)
    request.refresh_from_db()
    refused_by(request, make_approver(), "was withdrawn by its requester")


def test_a_vote_needs_a_reason_a_known_verdict_and_a_request_that_is_there() -> None:
    request = make_promotion_request()
    with pytest.raises(Refused, match="say why"):
        vote(request, reason=" ")
    with pytest.raises(Refused, match="a vote is APPROVE or REJECT, not 'MAYBE'"):
        vote(request, verdict="MAYBE")
    request.pk = 99
    with pytest.raises(Refused, match="no request 99"):
        vote(request)


def test_a_licence_that_narrowed_since_the_request_stops_the_promotion(settings: Any) -> None:
    origin = {"key": "x", "title": "Some source", "licence": "its own", "permitted_use": "NON_COMMERCIAL", "rows": 1}
    settings.MAY_PUBLISH_NON_COMMERCIAL = True
    request = make_promotion_request(make_candidate(run={"dataset": make_dataset(origins=[origin])}))
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    with pytest.raises(Refused, match="may not be published here"):
        vote(request)
    assert not Approval.objects.exists()


def test_a_state_that_was_changed_or_is_gone_is_not_put_in_force(settings: Any) -> None:
    request = make_promotion_request()
    digest = request.version.artefact_digest
    file = Path(settings.ARTEFACTS) / digest[:2] / digest
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BadArtefact, match="has been changed"):
        vote(request)
    store.remove(digest)
    with pytest.raises(BadArtefact, match="cannot be opened"):
        vote(request)
    assert not Approval.objects.exists()
    assert vote(request, verdict="REJECT") is None  # to refuse it, nobody needs it


def test_a_formula_s_next_version_lives_by_the_same_rules() -> None:
    genesis, trainer = make_genesis("toy-formula"), make_person(**EVERYTHING)
    version = make_candidate(recipe_key="toy-formula", kind="SOFTWARE", by=trainer)
    assert version.label == "toy-formula v2"
    request = make_promotion_request(version)
    refused_by(request, trainer, "you trained toy-formula v2")
    deployment = vote(request)
    assert deployment is not None
    assert (deployment.version, deployment.replaces) == (version, genesis)


# --- two at once -------------------------------------------------------------------------------------------------
def together(*acts: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each in a thread and on a connection of its own; what each returned or raised."""
    start, ends = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            ends[place] = act()  # type: ignore[call-overload]
        except Exception as error:
            ends[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return list(ends)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_of_two_versions_promoted_at_once_one_wins_and_the_other_hears_which(attempt: int) -> None:
    make_promotion(at=NOON - timedelta(days=1))
    one, two = make_promotion_request(make_candidate()), make_promotion_request(make_candidate())
    ends = together(lambda: vote(one), lambda: vote(two))
    (won,) = [end for end in ends if isinstance(end, Deployment)]
    (lost,) = [end for end in ends if isinstance(end, MlopsError)]
    assert isinstance(lost, EvidenceChanged)
    assert f"the champion. {won.version.label} serves now" in str(lost)
    assert Deployment.objects.open().get() == won
    assert PromotionRequest.objects.filter(state="OPEN").count() == 1
    assert verify().holds


@pytest.mark.django_db(transaction=True)
def test_of_two_last_votes_on_one_request_one_counts() -> None:
    request = make_promotion_request()
    ends = together(*[lambda: vote(request)] * 3)
    assert sum(isinstance(end, Deployment) for end in ends) == 1
    lost = [str(end) for end in ends if isinstance(end, Refused)]
    assert len(lost) == 2
    assert all("was approved already. toy-learner v1 serves now" in words for words in lost)
    assert (Approval.objects.count(), Deployment.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_request_taken_back_and_approved_at_once_does_one_or_the_other() -> None:
    scientist = make_scientist()
    request = make_promotion_request(by=scientist)
    ends = together(
        lambda: vote(request),
        lambda: requests.withdraw(request_id=request.pk, reason="no", by=scientist, at=LATER),
    )
    request.refresh_from_db()
    assert sum(isinstance(end, Refused) for end in ends) == 1
    assert (request.state == "PROMOTED") == Deployment.objects.exists()
    assert request.state in ("PROMOTED", "WITHDRAWN")


@pytest.mark.django_db(transaction=True)
def test_two_requests_for_one_version_at_once_make_one() -> None:
    version = make_candidate()
    ends = together(*[lambda: make_promotion_request(version)] * 3)
    assert sum(isinstance(end, PromotionRequest) for end in ends) == 1
    assert all("is asked for already" in str(end) for end in ends if isinstance(end, Exception))
