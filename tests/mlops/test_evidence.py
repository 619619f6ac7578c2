"""Evidence is what the rows say; when they say something else, nothing follows from the request."""

from typing import Any

import pytest
from django.db import connection

from mlops import store, triggers
from mlops.errors import EvidenceChanged
from mlops.models import Approval, Deployment
from mlops.services import approvals, evidence
from tests.factories.mlops import (
    NOON,
    make_approver,
    make_candidate,
    make_genesis,
    make_promotion,
    make_promotion_request,
)
from tests.mlops import sql

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("toys")]


def approve(request: Any, digest: str = "") -> Any:
    return approvals.decide(
        request_id=request.pk,
        verdict=Approval.Verdict.APPROVE,
        evidence_digest=digest or request.evidence_digest,
        reason="convincing",
        by=make_approver(),
        at=NOON,
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (f"UPDATE mlops_modelversion SET artefact_digest = '{'b' * 64}'", "the artefact"),
        (f"UPDATE mlops_modelversion SET arrays_digest = '{'b' * 64}'", "the learned state"),
        ("UPDATE mlops_modelversion SET params = '{\"factor\": 9}'", "the parameters"),
        (f"UPDATE mlops_dataset SET fingerprint = '{'b' * 64}'", "the dataset"),
        ("UPDATE mlops_dataset SET origins = '[]'", "the dataset"),
        (f"UPDATE mlops_gatereport SET digest = '{'b' * 64}'", "the gate report"),
        ('UPDATE mlops_run SET environment = \'{"commit": "other"}\'', "the code and its environment"),
        ("UPDATE mlops_run SET queued_by = 'somebody'", "the run"),
        ("UPDATE mlops_run SET seed = 7", "the run"),
        ("UPDATE mlops_runmetric SET value = 0.76 WHERE arm = 'candidate'", "the metrics"),
        ("DELETE FROM mlops_runmetric WHERE arm = 'popularity'", "the metrics"),
        (f"UPDATE mlops_promotionrequest SET evidence_digest = '{'b' * 64}'", "its digest"),
        ("UPDATE mlops_promotionrequest SET evidence = '{}'", "the version, the artefact"),
    ],
)
def test_what_changed_behind_the_triggers_is_named_and_nothing_is_promoted(
    change: str, words: str, settings: Any
) -> None:
    """Whoever owns the database can drop its guards; the digest still tells."""
    request = make_promotion_request()
    whole = store.open(request.version.artefact_digest)
    triggers.drop(connection)
    sql.run(change)
    triggers.install(connection)
    request.refresh_from_db()
    request.version.refresh_from_db()
    if request.version.artefact_digest == "b" * 64:  # let it be there, as if somebody had put another in its place
        settings.ARTEFACTS.joinpath("bb").mkdir(parents=True)
        settings.ARTEFACTS.joinpath("bb", "b" * 64).write_bytes(whole)
        with pytest.raises(EvidenceChanged, match=words):
            evidence.check_unchanged(request)
        return
    with pytest.raises(EvidenceChanged, match=f"the evidence changed since request {request.pk} was opened: .*{words}"):
        approve(request)
    assert not Approval.objects.exists()
    assert not Deployment.objects.exists()


def test_another_champion_since_the_request_is_named() -> None:
    request = make_promotion_request(make_candidate())
    make_promotion(make_candidate())
    with pytest.raises(EvidenceChanged, match=r"the champion\. toy-learner v2 serves now"):
        approve(request)


def test_a_vote_on_another_evidence_than_the_request_s_is_refused() -> None:
    request = make_promotion_request()
    with pytest.raises(EvidenceChanged, match="what you looked at is not the evidence"):
        approve(request, "b" * 64)


def test_the_digest_is_the_same_however_often_and_wherever_it_is_read() -> None:
    """Floats and nested values that went through the database and back."""
    version = make_candidate(params={"shrink": 200.0, "small": 1e-7, "deep": {"b": [1, 2.5], "a": None}})
    request = make_promotion_request(version)
    for _ in range(2):
        request.refresh_from_db()
        assert evidence.digest(request.evidence) == request.evidence_digest
        assert evidence.digest(evidence.evidence(request.version)) == request.evidence_digest
    assert approve(request).version == version


def test_a_formula_s_first_version_has_no_run_to_show() -> None:
    found = evidence.evidence(make_genesis("toy-formula").version)
    assert (found["run"], found["dataset"], found["gates"], found["metrics"]) == (None, None, None, None)
    assert found["champion"]["label"] == "toy-formula v1"
