"""Asking that a version may serve: by a person, for what passed, on evidence that is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection

from mlops import policies, registry
from mlops.errors import Refused
from mlops.models import AuditEvent, PromotionRequest
from mlops.ports import SYSTEM
from mlops.services import evidence, requests
from tests.factories.governance import make_policy_request
from tests.factories.mlops import (
    ENVIRONMENT,
    NOON,
    make_approver,
    make_candidate,
    make_dataset,
    make_gate_report,
    make_genesis,
    make_person,
    make_promotion,
    make_promotion_request,
    make_run,
    make_scientist,
    make_version,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def ask(version: Any, by: Any = None, at: Any = NOON, reason: str = "it is better") -> PromotionRequest:
    return requests.open_request(version_id=version.pk, reason=reason, by=by or make_scientist(), at=at)


def test_a_request_carries_its_evidence_its_end_and_its_policy(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}
    version, scientist = make_candidate(), make_scientist()
    request = ask(version, scientist)
    assert (request.state, request.requested_by, request.needed) == ("OPEN", str(scientist.subject_id), 2)
    assert request.expires_at == NOON + timedelta(days=14)
    request.refresh_from_db()
    assert evidence.digest(request.evidence) == request.evidence_digest == evidence.digest(evidence.evidence(version))
    assert request.evidence["artefact"] == version.artefact_digest
    assert request.evidence["dataset"]["fingerprint"] == version.run.dataset.fingerprint  # type: ignore[union-attr]
    assert request.evidence["environment"]["commit"] == ENVIRONMENT["commit"]
    assert request.evidence["policy"] == {"needed": 2, "days": 14, "number": 0}
    event = AuditEvent.objects.order_by("seq").last()
    assert event is not None
    assert (event.action, event.object, event.reason) == ("request.opened", f"request:{request.pk}", "it is better")
    assert event.facts["detail"]["evidence"] == request.evidence_digest


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (SYSTEM, "the system may not request a promotion: a person must"),
        (make_person(), "needs the right «mlops.request_promotion»"),
        (make_person("request_promotion", is_active=False), "not active"),
        (SimpleNamespace(subject_id="a"), "not active"),
    ],
    ids=["system", "no right", "not active", "no account"],
)
def test_who_may_not_ask_is_told_why(by: Any, words: str) -> None:
    version = make_candidate()
    with pytest.raises(Refused, match=words):
        ask(version, by)
    assert not policies.may_request(by, version, NOON)
    assert not PromotionRequest.objects.exists()


def test_a_failed_gate_is_waived_by_nobody() -> None:
    root = make_person(has_perm=lambda right: True, is_superuser=True)
    version = make_candidate(gates={"passed": False})
    with pytest.raises(Refused, match=r"toy-learner v1 failed its gates \(Accurate enough\); nobody can waive one"):
        ask(version, root)


def test_a_report_that_says_passed_above_a_gate_that_failed_is_not_believed() -> None:
    version = make_candidate(gates={"results": [{"key": "a", "title": "Accurate enough", "passed": False}]})
    with pytest.raises(Refused, match="failed its gates"):
        ask(version)


@pytest.mark.parametrize(
    ("run", "given", "lacking"),
    [
        ({"dataset": None}, {}, "Data management, Monitoring and retraining"),
        ({"environment": {}}, {}, "Version control"),
        ({"environment": {**ENVIRONMENT, "lock_digest": ""}}, {}, "Version control"),
        ({"environment": {**ENVIRONMENT, "commit": "unknown"}}, {}, "Version control"),
        ({}, {"arrays_digest": ""}, "Version control"),
    ],
)
def test_a_version_that_lacks_a_component_is_not_asked_for(run: dict[str, Any], given: Any, lacking: str) -> None:
    version = make_candidate(run=run, **given)
    with pytest.raises(Refused, match=f"the card of toy-learner v1 is not complete: {lacking} unknown"):
        ask(version)


def test_a_version_that_never_went_through_registration_is_not_asked_for() -> None:
    """Rows put in by hand: the log knows nothing of them."""
    run = make_run(state="RUNNING", dataset=make_dataset(), environment=ENVIRONMENT)
    version = make_version(run=run, arrays_digest="b" * 64)
    make_gate_report(version)
    run.state, run.finished_at = "SUCCEEDED", NOON
    run.save()
    with pytest.raises(Refused, match="Governance unknown"):
        ask(version)


def test_a_run_that_goes_on_is_waited_for() -> None:
    version = make_version()
    make_gate_report(version)
    with pytest.raises(Refused, match="has not succeeded"):
        ask(version)


def test_one_request_at_a_time_and_none_for_what_serves() -> None:
    version = make_candidate()
    first = ask(version)
    with pytest.raises(Refused, match=f"asked for already, by request {first.pk}"):
        ask(version)
    other = make_promotion(make_candidate()).version
    with pytest.raises(Refused, match="toy-learner v2 serves already"):
        ask(other)


def test_of_a_recipe_that_is_gone_nothing_is_asked_for(settings: Any) -> None:
    version = make_candidate()
    settings.MLOPS_RECIPES = ["tests.toy_recipe.ToyFormula"]
    registry.recipes.cache_clear()
    with pytest.raises(Refused, match="there is no recipe toy-learner any more; there are: toy-formula"):
        policies.check_may_promote(version)


def test_a_formula_s_first_version_needs_no_request_and_gets_none() -> None:
    first = make_genesis("toy-formula").version
    with pytest.raises(Refused, match="toy-formula v1 serves already"):
        ask(first)


@pytest.mark.parametrize("use", ["NON_COMMERCIAL", "RESEARCH"])
def test_what_a_source_forbids_is_not_asked_for_where_it_may_not_be_shown(settings: Any, use: str) -> None:
    origin = {"key": "x", "title": "Some source", "licence": "its own", "permitted_use": use, "rows": 1}
    version = make_candidate(run={"dataset": make_dataset(origins=[origin])})
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    with pytest.raises(Refused, match=r"learned from Some source \(its own\), which may not be published here"):
        ask(version)
    settings.MAY_PUBLISH_NON_COMMERCIAL = True
    assert ask(version).state == "OPEN"


def test_a_reason_is_needed() -> None:
    with pytest.raises(Refused, match="say why"):
        ask(make_candidate(), reason="  ")


def test_an_unknown_version_or_request_is_said_so() -> None:
    with pytest.raises(Refused, match="no version 99"):
        requests.open_request(version_id=99, reason="x", by=make_scientist(), at=NOON)
    with pytest.raises(Refused, match="no request 99"):
        requests.withdraw(request_id=99, reason="x", by=make_scientist(), at=NOON)


def test_only_the_requester_takes_a_request_back() -> None:
    scientist = make_scientist()
    request = ask(make_candidate(), scientist)
    with pytest.raises(Refused, match="another person's"):
        requests.withdraw(request_id=request.pk, reason="x", by=make_approver(), at=NOON)
    with pytest.raises(Refused, match="say why you withdraw the request"):
        requests.withdraw(request_id=request.pk, reason=" ", by=scientist, at=NOON)
    requests.withdraw(request_id=request.pk, reason=" a better one comes ", by=scientist, at=NOON)
    request.refresh_from_db()
    assert (request.state, request.closed_by) == ("WITHDRAWN", str(scientist.subject_id))
    with pytest.raises(Refused, match="was withdrawn by its requester"):
        requests.withdraw(request_id=request.pk, reason="x", by=scientist, at=NOON)
    told = AuditEvent.objects.order_by("seq").last()
    assert told is not None
    assert (told.action, told.reason) == ("request.withdrawn", "a better one comes")
    assert ask(request.version, scientist).state == "OPEN"


def test_what_nobody_decided_on_expires_and_can_be_asked_for_again() -> None:
    old, young = make_promotion_request(), make_promotion_request(at=NOON + timedelta(days=1))
    at = NOON + timedelta(days=14)
    assert requests.expire(by=SYSTEM, at=at) == 1
    assert requests.expire(by=SYSTEM, at=at) == 0
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.closed_by, young.state) == ("EXPIRED", "system", "OPEN")
    assert AuditEvent.objects.order_by("seq").last().action == "request.expired"  # type: ignore[union-attr]
    assert ask(old.version, at=at).state == "OPEN"


@contextmanager
def refused_by_the_database(table: str, pk: int) -> Iterator[None]:
    """One row of a table may not be changed, as when it is not what the database's rules expect."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(f'UPDATE "{table}"') and params[-1] == pk:
            raise IntegrityError("it stays as it is")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def test_what_cannot_be_closed_keeps_no_other_open(caplog: Any) -> None:
    stuck, other = make_promotion_request(), make_promotion_request()
    stuck_too, another = make_policy_request(), make_policy_request("toy-formula")
    at = NOON + timedelta(days=15)
    one, two = (refused_by_the_database(row._meta.db_table, row.pk) for row in (stuck, stuck_too))
    with one, two:
        assert requests.expire(by=SYSTEM, at=at) == 2
    for request in (stuck, other, stuck_too, another):
        request.refresh_from_db()
    assert [request.state for request in (stuck, other, stuck_too, another)] == ["OPEN", "EXPIRED"] * 2
    assert f"request {stuck.pk} for toy-learner v1 could not be closed" in caplog.text
    assert f"policy request {stuck_too.pk} for toy-learner could not be closed" in caplog.text
    assert requests.expire(by=SYSTEM, at=at) == 2, "it is tried again, and may have been mended"


def test_asking_again_closes_what_expired_though_nobody_swept() -> None:
    old = make_promotion_request()
    again = ask(old.version, at=NOON + timedelta(days=20))
    old.refresh_from_db()
    assert (old.state, again.state) == ("EXPIRED", "OPEN")
