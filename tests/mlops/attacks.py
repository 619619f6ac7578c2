"""What the attacks on governed rows share: they are tried by raw SQL and raw rows, and must change nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from mlops.models import Deployment, PromotionRequest
from mlops.services import approvals
from tests.factories.mlops import (
    NOON,
    make_approval,
    make_approver,
    make_deployment,
    make_promotion_request,
)
from tests.mlops import sql

REQUEST, VOTE = "mlops_promotionrequest", "mlops_approval"
VERSION, DEPLOYMENT, REPORT = "mlops_modelversion", "mlops_deployment", "mlops_gatereport"
GOVERNED = (VERSION, DEPLOYMENT, REPORT, REQUEST, VOTE, "mlops_run", "mlops_runmetric", "mlops_dataset")
OTHER = "00000000-0000-4000-8000-00000000000a"
LAST = NOON + timedelta(days=14)


def everything() -> dict[str, Any]:
    return {table: sql.rows(table) for table in GOVERNED}


@contextmanager
def refusal(words: str = "") -> Iterator[None]:
    """What the database must refuse, in words that match, leaving the test's own transaction as it was."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert re.search(words, str(caught.value)), str(caught.value)


def attacked(attack: str, words: str, *values: Any) -> None:
    """Try it; the database must say these words and have changed nothing."""
    before = everything()
    said = sql.refused(attack, *values)
    assert words in said, said
    assert everything() == before


def request_row(version: Any, **given: Any) -> PromotionRequest:
    fields = {"evidence": {}, "evidence_digest": "b" * 64, "needed": 1, "reason": "x", "requested_at": NOON}
    return PromotionRequest.objects.create(
        version=version, **{**fields, "requested_by": OTHER, "expires_at": LAST, **given}
    )


def rejected() -> Any:

    request = make_promotion_request()
    told = {"request_id": request.pk, "evidence_digest": request.evidence_digest, "reason": "no"}
    approvals.decide(verdict="REJECT", by=make_approver(), at=NOON, **told)
    return request.version


def promoted(request: PromotionRequest, **given: Any) -> Deployment:
    """A deployment by this request, as a raw row."""
    fields = {"how": "PROMOTION", "request": request, "started_by": OTHER, "recipe_key": "toy-learner"}
    return make_deployment(request.version, **{**fields, **given})


def approved(request: PromotionRequest) -> PromotionRequest:
    """The same with the one vote that it needs, and its version approved: raw SQL may do what a service would."""
    make_approval(request, decided_by=OTHER)
    sql.run(f"UPDATE {VERSION} SET state = 'APPROVED' WHERE id = %s", request.version_id)
    return request


def end(at: datetime) -> None:
    """What anybody can do who can write at all."""
    Deployment.objects.open().update(ended_at=at, ended_by=OTHER)
