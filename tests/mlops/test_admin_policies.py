"""Policies in the admin: how many must approve is asked for by one and decided by others."""

from typing import Any

import pytest
from django.utils import timezone

from catalog import groups
from mlops import policies
from mlops.models import Policy, PolicyRequest
from mlops.services import policy_requests
from tests.catalog import staff
from tests.mlops.test_admin_acts import WHY, people, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
ASKS = "/admin/mlops/policyrequest/"


def asked_policy(by: Any, wanted: int = 2) -> PolicyRequest:
    return policy_requests.open_policy_request(
        recipe_key="toy-learner", wanted=wanted, reason="we are more now", by=by, at=timezone.now()
    )


def test_a_policy_is_asked_for_by_one_and_decided_by_others() -> None:
    (anna, asking), (_b, second), (_c, third) = (people(groups.APPROVERS) for _ in range(3))
    sent = {"recipe_key": "toy-learner", "wanted": "2", "reason": WHY, "key": "one-page"}
    for _ in range(2):
        response = asking.post(f"{ASKS}ask/", sent, follow=True)
    row = PolicyRequest.objects.get()
    assert "awaits the decision of others" in staff.said(response)
    assert (row.wanted, row.needed, row.requested_by) == (2, 2, str(anna.subject_id))
    own = text(asking.post(f"{ASKS}{row.pk}/decide/", {"verdict": "APPROVE", "reason": WHY}))
    assert f"Policy request {row.pk} is your own: another person must decide on it." in own
    for client, said in ((second, "1 of 2 approvals are given"), (third, "From now on 2 other people must approve")):
        answer = client.post(f"{ASKS}{row.pk}/decide/", {"verdict": "APPROVE", "reason": WHY, "key": ""}, follow=True)
        assert said in staff.said(answer)
    assert policies.approvals_required("toy-learner") == 2
    in_force = text(third.get("/admin/mlops/policy/in-force/"))
    assert f"policy request {row.pk}" in in_force
    assert text(third.get(f"/admin/mlops/policy/{Policy.objects.get().pk}/change/"))


def test_a_policy_request_is_withdrawn_by_its_requester_and_rejected_by_one_vote() -> None:
    (anna, asking), (_bert, other) = people(groups.APPROVERS), people(groups.APPROVERS)
    row = asked_policy(anna)
    assert "Withdraw…" not in text(other.get(f"{ASKS}{row.pk}/change/"))
    assert "Withdraw…" in text(asking.get(f"{ASKS}{row.pk}/change/"))
    assert "is another person's" in text(other.post(f"{ASKS}{row.pk}/withdraw/", {"reason": WHY}))
    asking.post(f"{ASKS}{row.pk}/withdraw/", {"reason": WHY})
    again = asked_policy(anna)
    other.post(f"{ASKS}{again.pk}/decide/", {"verdict": "REJECT", "reason": WHY})
    assert [one.state for one in PolicyRequest.objects.order_by("pk")] == ["WITHDRAWN", "REJECTED"]
    late = other.post(f"{ASKS}{again.pk}/decide/", {"verdict": "APPROVE", "reason": "still I would"})
    assert late.status_code == 409
    assert "still I would" in text(late)
    assert policies.approvals_required("toy-learner") == 1


@pytest.mark.parametrize("role", [groups.DATA_SCIENTISTS, groups.IT_OPERATIONS, groups.AUDITORS])
def test_who_may_not_ask_for_a_policy_sees_it_and_asks_for_nothing(role: str) -> None:
    _user, client = people(role)
    assert client.post(f"{ASKS}ask/", {"recipe_key": "toy-learner", "wanted": "2", "reason": WHY}).status_code == 403
    page = text(client.get("/admin/mlops/policy/in-force/"))
    assert "toy-learner" in page
    assert "Ask for a change…" not in page
