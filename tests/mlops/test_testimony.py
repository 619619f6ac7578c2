"""What raw SQL can forge — a vote under another's name — the audit log does not tell of, and that is found."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from mlops.audit import governed, record
from mlops.models import Approval, Deployment
from mlops.services import approvals, promotion, strays, testimony
from tests.factories.mlops import (
    NOON,
    make_approval,
    make_approver,
    make_candidate,
    make_deployment,
    make_genesis,
    make_promotion,
    make_promotion_request,
)
from tests.mlops import sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]


def test_what_services_did_is_all_told() -> None:
    make_genesis("toy-formula")
    make_promotion(at=NOON)
    make_promotion(make_candidate(), at=NOON)
    promotion.roll_back(recipe_key="toy-learner", reason="worse", by=make_approver(), at=NOON + timedelta(days=1))
    promotion.roll_back(recipe_key="toy-learner", reason="none", by=make_approver(), at=NOON + timedelta(days=2))
    request = make_promotion_request(make_candidate())
    told = {"evidence_digest": request.evidence_digest, "reason": "no", "by": make_approver(), "at": NOON}
    approvals.decide(request_id=request.pk, verdict=Approval.Verdict.REJECT, **told)
    assert testimony.untold() == []


def test_a_forged_vote_and_what_follows_from_it_are_found() -> None:
    request = make_promotion_request()
    vote = make_approval(request)
    sql.run("UPDATE mlops_modelversion SET state = 'APPROVED'")
    made = make_deployment(request.version, how="PROMOTION", request=request, started_by=vote.decided_by)
    assert testimony.untold() == [
        f"vote {vote.pk} on request {request.pk} was not cast, as far as the log tells",
        f"deployment {made.pk} of toy-learner v1 was not begun, as far as the log tells",
    ]
    strays.seal(at=NOON)
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit", "verify", stdout=said, stderr=said)
    assert f"vote {vote.pk} on request {request.pk} was not cast" in said.getvalue()


def test_an_end_that_nobody_answers_for_is_found() -> None:
    made = make_genesis("toy-formula")
    Deployment.objects.open().update(ended_at=NOON, ended_by="somebody")
    assert testimony.untold() == [f"deployment {made.pk} of toy-formula v1 was not ended, as far as the log tells"]


def test_what_is_written_by_hand_beside_an_act_is_not_that_act() -> None:
    """In the transaction of a service, and sealed by its event."""
    request = make_promotion_request()
    with governed():
        vote = make_approval(request)
        record("toy.looked-at", "toy:1", by=make_approver(), at=NOON)
    assert (
        f"row {vote.pk} of mlops_approval came with event 3, which is not the act of who it names" in testimony.untold()
    )
