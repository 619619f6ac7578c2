"""Acts in the admin: every one asks why, is done by POST alone, and says on its page why it was refused."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog import groups
from mlops.models import AuditEvent, Deployment, ModelVersion, PromotionRequest, Run
from tests.catalog import staff
from tests.factories import mlops as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
RUNS, REQUESTS, VERSIONS = "/admin/mlops/run/", "/admin/mlops/promotionrequest/", "/admin/mlops/modelversion/"
DEPLOYMENTS = "/admin/mlops/deployment/"
WHY = "the numbers say so"


def people(*roles: str) -> tuple[Any, Client]:
    user = staff.member_of(*roles)
    return user, staff.signed_in(user)


def asked_for(version: Any = None, **given: Any) -> PromotionRequest:
    """A request that is open now."""
    return make.make_promotion_request(version, at=timezone.now(), **given)


def promoted(version: Any = None) -> Deployment:
    return make.make_promotion(version, at=timezone.now())


def vote(client: Client, request: PromotionRequest, verdict: str = "APPROVE", **changed: Any) -> Any:
    sent = {"verdict": verdict, "evidence_digest": request.evidence_digest, "reason": WHY, **changed}
    return client.post(f"{REQUESTS}{request.pk}/decide/", sent)


def text(response: Any) -> str:
    return str(response.content.decode().replace("&#x27;", "'").replace("&quot;", '"'))


# --- runs --------------------------------------------------------------------------------------------------------
def test_a_scientist_starts_a_run_with_parameters_and_a_reason() -> None:
    user, client = people(groups.DATA_SCIENTISTS)
    sent = {"reason": WHY, "param-damping": "7", "seed": "3", "tags": "first, toy", "notes": "", "grid": ""}
    response = client.post(f"{RUNS}start/?recipe=toy-learner", sent, follow=True)
    run = Run.objects.get()
    assert (run.params, run.seed, run.tags, run.reason) == ({"damping": 7}, 3, ["first", "toy"], WHY)
    assert run.queued_by == str(user.subject_id)
    assert "is queued" in staff.said(response)


def test_a_grid_is_typed_by_line_and_a_wrong_line_comes_back_with_what_was_typed() -> None:
    _user, client = people(groups.DATA_SCIENTISTS)
    sent = {"reason": WHY, "param-damping": "7", "seed": "0", "grid": "damping 3, 5"}
    page = text(client.post(f"{RUNS}start/?recipe=toy-learner", sent))
    assert "«damping 3, 5» is no line of a grid" in page
    assert WHY in page
    client.post(f"{RUNS}start/?recipe=toy-learner", {**sent, "grid": "damping = 3, 5"})
    assert Run.objects.get().grid == {"damping": [3, 5]}


def test_a_parameter_that_the_recipe_refuses_is_said_on_the_page() -> None:
    _user, client = people(groups.DATA_SCIENTISTS)
    response = client.post(f"{RUNS}start/?recipe=toy-learner", {"reason": WHY, "param-damping": "none", "seed": "0"})
    assert response.status_code == 409
    assert "params: " in text(response)
    assert WHY in text(response)
    assert not Run.objects.exists()


def test_runs_are_cancelled_repeated_and_annotated_by_post_with_a_reason() -> None:
    _user, client = people(groups.ML_ENGINEERS)
    queued, failed = make.make_run(), make.make_run(state=Run.State.FAILED, failure="the disk is full")
    for act in (f"{queued.pk}/cancel/", f"{failed.pk}/repeat/"):
        assert client.get(f"{RUNS}{act}").status_code == 200
        assert "This field is required" in text(client.post(f"{RUNS}{act}", {"reason": " "}))
    assert [run.state for run in Run.objects.order_by("pk")] == ["QUEUED", "FAILED"], "looking changed nothing"
    client.post(f"{RUNS}{queued.pk}/cancel/", {"reason": WHY})
    client.post(f"{RUNS}{failed.pk}/repeat/", {"reason": WHY})
    client.post(f"{RUNS}{failed.pk}/annotate/", {"notes": "look at the disk", "tags": "disk"})
    assert [run.state for run in Run.objects.order_by("pk")] == ["CANCELLED", "QUEUED"]
    assert Run.objects.get(pk=failed.pk).notes == "look at the disk"
    assert [event.action for event in AuditEvent.objects.order_by("seq")] == [
        "run.cancelled",
        "run.repeated",
        "run.annotated",
    ]
    again = client.post(f"{RUNS}{queued.pk}/cancel/", {"reason": WHY})
    assert again.status_code == 409
    assert "only what is queued or running can be cancelled" in text(again)


@pytest.mark.parametrize("role", [groups.APPROVERS, groups.IT_OPERATIONS, groups.AUDITORS])
def test_who_may_not_train_starts_cancels_and_repeats_nothing(role: str) -> None:
    run = make.make_run()
    _user, client = people(role)
    for act in ("start/?recipe=toy-learner", f"{run.pk}/cancel/", f"{run.pk}/repeat/", f"{run.pk}/annotate/"):
        assert client.get(f"{RUNS}{act}").status_code == 403, act
        assert client.post(f"{RUNS}{act}", {"reason": WHY}).status_code == 403, act
    page = text(client.get(f"{RUNS}{run.pk}/change/"))
    assert "Cancel…" not in page
    assert Run.objects.get().state == "QUEUED"


# --- requests and votes ------------------------------------------------------------------------------------------
def test_two_people_bring_a_version_into_service_and_one_brings_it_back() -> None:
    version = make.make_candidate()
    asker, asking = people(groups.DATA_SCIENTISTS)
    _approver, approving = people(groups.APPROVERS)
    response = asking.post(f"{VERSIONS}{version.pk}/request/", {"reason": WHY}, follow=True)
    request = PromotionRequest.objects.get()
    assert request.requested_by == str(asker.subject_id)
    assert "awaits another person" in staff.said(response)
    assert "Approve" in text(approving.get(f"{REQUESTS}{request.pk}/change/"))
    assert vote(approving, request).status_code == 302
    deployment = Deployment.objects.champion("toy-learner")
    assert deployment is not None
    assert deployment.version == version
    back = f"{DEPLOYMENTS}{deployment.pk}/roll-back/"
    assert "no version of toy-learner serves" in text(approving.get(back))
    assert Deployment.objects.champion("toy-learner") == deployment, "looking changed nothing"
    approving.post(back, {"reason": WHY})
    assert Deployment.objects.champion("toy-learner") is None
    assert "does not serve any more" in text(approving.post(back, {"reason": WHY}))


def test_a_reject_closes_the_request_and_the_candidate() -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    vote(client, request, "REJECT")
    request.refresh_from_db()
    request.version.refresh_from_db()
    assert (request.state, request.version.state) == ("REJECTED", "REJECTED")
    assert not Deployment.objects.exists()


def refused(client: Client, request: PromotionRequest, words: str, **changed: Any) -> None:
    """The vote is refused with these words, what was typed stays on the page, and nothing happened."""
    response = vote(client, request, **changed)
    page = text(response)
    assert response.status_code == 409
    assert words in page
    assert WHY in page
    request.refresh_from_db()
    assert not request.approvals.filter(reason=WHY).exists()
    assert not Deployment.objects.exists()


def test_nobody_approves_their_own_request_and_the_page_says_so_instead_of_buttons() -> None:
    user = staff.member_of(groups.APPROVERS, groups.DATA_SCIENTISTS)
    request, client = asked_for(by=user), staff.signed_in(user)
    page = text(client.get(f"{REQUESTS}{request.pk}/change/"))
    assert "is your own: another person must decide on it" in page
    assert 'value="APPROVE"' not in page
    refused(client, request, "is your own: another person must decide on it")


def test_a_superuser_does_not_approve_their_own_request_either() -> None:
    user = staff.member_of(is_superuser=True)
    request = asked_for(by=user)
    refused(staff.signed_in(user), request, "is your own")


def test_who_trained_the_version_does_not_approve_it() -> None:
    user = staff.member_of(groups.APPROVERS)
    request = asked_for(make.make_candidate(by=user))
    client = staff.signed_in(user)
    assert "you trained" in text(client.get(f"{REQUESTS}{request.pk}/change/")).lower()
    refused(client, request, "You trained toy-learner v1: another person must decide on it")


def test_without_the_right_one_is_told_which() -> None:
    request = asked_for()
    _user, client = people(groups.AUDITORS)
    assert 'value="APPROVE"' not in text(client.get(f"{REQUESTS}{request.pk}/change/"))
    refused(client, request, "mlops.decide_promotion")


def test_evidence_that_changed_since_is_refused() -> None:
    request = asked_for()
    promoted(make.make_candidate())  # another version took the champion's place meanwhile
    _user, client = people(groups.APPROVERS)
    response = vote(client, request)
    assert response.status_code == 409
    assert "The evidence changed since request" in text(response)
    assert Deployment.objects.get().version != request.version


@pytest.mark.parametrize("digest", ["f" * 64, ""])
def test_a_vote_on_other_evidence_than_the_requests_is_refused(digest: str) -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    page = text(vote(client, request, evidence_digest=digest))
    assert "is not the evidence of request" in page if digest else "did not say what was decided, or on what" in page
    assert WHY in page
    assert not Deployment.objects.exists()


def test_a_vote_sent_to_another_request_is_refused() -> None:
    shown, other = asked_for(), asked_for(make.make_candidate())
    _user, client = people(groups.APPROVERS)
    refused(client, other, "is not the evidence of request", evidence_digest=shown.evidence_digest)


def test_a_closed_request_takes_no_vote() -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    vote(client, request, "REJECT")
    response = vote(client, request, reason="once more")
    assert response.status_code == 409
    assert "once more" in text(response)
    assert request.approvals.count() == 1


def test_a_version_with_a_failed_gate_cannot_be_asked_for() -> None:
    version = make.make_candidate(gates={"passed": False})
    _user, client = people(groups.DATA_SCIENTISTS)
    page = text(client.get(f"{VERSIONS}{version.pk}/change/"))
    assert "failed its gates" in page
    assert "Request promotion…" not in page
    response = client.post(f"{VERSIONS}{version.pk}/request/", {"reason": WHY})
    assert response.status_code == 409
    assert "nobody can waive one" in text(response)
    assert not PromotionRequest.objects.exists()


def test_only_who_asked_withdraws() -> None:
    asker = staff.member_of(groups.DATA_SCIENTISTS)
    request = asked_for(by=asker)
    _user, other = people(groups.DATA_SCIENTISTS)
    assert "Withdraw…" not in text(other.get(f"{REQUESTS}{request.pk}/change/"))
    assert other.post(f"{REQUESTS}{request.pk}/withdraw/", {"reason": WHY}).status_code == 409
    assert "Withdraw…" in text(staff.signed_in(asker).get(f"{REQUESTS}{request.pk}/change/"))
    staff.signed_in(asker).post(f"{REQUESTS}{request.pk}/withdraw/", {"reason": WHY})
    request.refresh_from_db()
    assert request.state == "WITHDRAWN"


@pytest.mark.parametrize("role", [groups.APPROVERS, groups.AUDITORS, groups.IT_OPERATIONS])
def test_who_may_not_ask_opens_no_request(role: str) -> None:
    version = make.make_candidate()
    _user, client = people(role)
    assert client.post(f"{VERSIONS}{version.pk}/request/", {"reason": WHY}).status_code == 403
    assert ModelVersion.objects.get().state == "CANDIDATE"


@pytest.mark.parametrize("role", [groups.DATA_SCIENTISTS, groups.AUDITORS, groups.CATALOGUE_EDITORS])
def test_who_may_not_roll_back_does_not(role: str) -> None:
    deployment = promoted()
    _user, client = people(role)
    assert client.post(f"{DEPLOYMENTS}{deployment.pk}/roll-back/", {"reason": WHY}).status_code == 403
    assert Deployment.objects.champion("toy-learner") == deployment


def test_no_roll_back_is_offered_where_the_service_refuses_it() -> None:
    first = make.make_genesis("toy-formula")
    _user, client = people(groups.IT_OPERATIONS)
    assert "Roll back…" not in text(client.get(f"{DEPLOYMENTS}{first.pk}/change/"))
    page = text(client.get(f"{DEPLOYMENTS}{first.pk}/roll-back/"))
    assert "There is nothing to roll back to: toy-formula v1 was the first version of a formula" in page
    assert "Then no version" not in page
    second = promoted(make.make_candidate(recipe_key="toy-formula", kind="SOFTWARE"))
    assert "Roll back…" in text(client.get(f"{DEPLOYMENTS}{second.pk}/change/"))
    assert "Then toy-formula v1 serves again" in text(client.get(f"{DEPLOYMENTS}{second.pk}/roll-back/"))


def test_no_roll_back_is_offered_of_what_serves_no_more() -> None:
    before = promoted()
    promoted(make.make_candidate())
    _user, client = people(groups.IT_OPERATIONS)
    assert "Roll back…" not in text(client.get(f"{DEPLOYMENTS}{before.pk}/change/"))
