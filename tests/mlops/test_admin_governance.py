"""Deciding in the admin: on one page, once, as oneself; and what nobody answered for, until somebody does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client
from django.utils import timezone

from catalog import groups
from mlops import triggers
from mlops.models import AuditEvent, Deployment, PolicyRequest, PromotionRequest, Remark
from mlops.services import remarks, strays
from tests.catalog import staff
from tests.factories import mlops as make
from tests.mlops.test_admin_acts import DEPLOYMENTS, REQUESTS, VERSIONS, WHY, asked_for, people, promoted, text, vote
from tests.mlops.test_admin_policies import asked_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toys")]
ASKS, STRAYS, LOG = "/admin/mlops/policyrequest/", "/admin/mlops/capture/strays/", "/admin/mlops/auditevent/"


def page_of(client: Client, request: Any, base: str = REQUESTS) -> str:
    return text(client.get(f"{base}{request.pk}/change/"))


def elsewhere(request: HttpRequest) -> HttpResponse:
    """A site that asks everybody to show who they are."""
    return HttpResponseRedirect("/prove-it/")


@pytest.fixture
def unproven(settings: Any) -> Callable[[], None]:
    """From the call on, nobody has shown lately enough who they are."""

    def from_now_on() -> None:
        settings.MLOPS_FRESH_PROOF = "tests.mlops.test_admin_governance.elsewhere"

    return from_now_on


@pytest.fixture
def two_needed(settings: Any) -> None:
    settings.MLOPS_APPROVALS_REQUIRED = {"toy-learner": 2}


# --- the review page ---------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("two_needed")
def test_the_page_says_who_voted_whose_vote_counts_and_what_was_said() -> None:
    request = asked_for()
    (anna, voting), (bert, other) = people(groups.APPROVERS), people(groups.APPROVERS)
    vote(voting, request)
    remarks.say(request_id=request.pk, text="Is the lead real?", by=bert, at=timezone.now())
    page = page_of(other, request)
    assert "1 of 2 approvals are given" in page
    assert "It is the last vote needed" in page
    assert str(anna.subject_id) in page
    assert anna.username in page
    assert page.index(str(bert.subject_id)) < page.index("Is the lead real?")
    anna.is_active = False
    anna.save()
    page = page_of(other, request)
    assert "0 of 2 approvals are given" in page
    assert "account not active" in page


ENOUGH = "It has the votes it needs, given while an account was not active: a further vote puts it in force"


@pytest.mark.usefixtures("two_needed")
def test_the_page_says_what_to_do_when_enough_voted_while_one_was_away() -> None:
    request = asked_for()
    wish = asked_policy(people(groups.APPROVERS)[0], wanted=1)
    (anna, first), (_bert, second), (_clara, third) = (people(groups.APPROVERS) for _ in range(3))
    here = ((request, REQUESTS), (wish, ASKS))
    for client, active in ((first, False), (second, True)):
        vote(client, request)
        client.post(f"{ASKS}{wish.pk}/decide/", {"verdict": "APPROVE", "reason": WHY})
        assert not any(ENOUGH in page_of(second, row, base) for row, base in here)
        anna.is_active = active
        anna.save()
    assert all(ENOUGH in page_of(third, row, base) for row, base in here)
    vote(third, request)
    third.post(f"{ASKS}{wish.pk}/decide/", {"verdict": "APPROVE", "reason": WHY})
    assert (PromotionRequest.objects.get().state, PolicyRequest.objects.get().state) == ("PROMOTED", "APPLIED")


def test_the_page_says_whether_the_evidence_still_holds_and_what_differs() -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    assert "The evidence holds" in page_of(client, request)
    promoted(make.make_candidate())
    page = page_of(client, request)
    assert "The evidence changed since request" in page
    assert "the champion" in page
    assert "staff-mark-changed" in page
    assert 'value="APPROVE"' not in page, "what would be refused is not offered"
    assert 'value="REJECT"' in page


def test_the_page_names_the_champion_that_it_was_judged_against() -> None:
    first = make.make_candidate()
    promoted(first)
    second, third = make.make_candidate(), make.make_candidate()
    request = make.make_promotion_request(second, at=timezone.now())
    _user, client = people(groups.APPROVERS)
    page = page_of(client, request)
    assert "It was judged against toy-learner v1: that is the champion here." in page
    assert "It would replace" not in page
    promoted(third)
    page = page_of(client, request)
    assert "It was judged against toy-learner v1: that is the champion here. It would replace toy-learner v3." in page
    assert 'value="APPROVE"' not in page


def test_the_page_says_loudly_that_what_it_would_replace_is_not_what_it_was_judged_against() -> None:
    older = {"results": [{"key": "no-worse", "title": "No worse than the champion", "passed": True}]}
    asked = {
        "What it was judged against is unknown.": asked_for(make.make_candidate(gates=older)),
        "It was judged when no version served.": asked_for(make.make_candidate()),
    }
    _user, client = people(groups.APPROVERS)
    for tone in ("soft", "error"):
        for words, request in asked.items():
            assert f'<p class="staff-{tone}">{words}' in page_of(client, request)
        promoted(make.make_candidate())


def test_what_would_be_refused_is_not_offered_though_the_evidence_holds(settings: Any) -> None:
    origin = {"key": "x", "title": "Some source", "licence": "its own", "permitted_use": "NON_COMMERCIAL", "rows": 1}
    settings.MAY_PUBLISH_NON_COMMERCIAL = True
    request = asked_for(make.make_candidate(run={"dataset": make.make_dataset(origins=[origin])}))
    _user, client = people(groups.APPROVERS)
    assert 'value="APPROVE"' in page_of(client, request)
    settings.MAY_PUBLISH_NON_COMMERCIAL = False
    page = page_of(client, request)
    assert "which may not be published here" in page
    assert 'value="APPROVE"' not in page


@pytest.mark.django_db(transaction=True)
def test_the_page_says_of_a_vote_by_who_asked_that_it_does_not_count() -> None:
    """A row past all rules."""
    request, (_user, client) = asked_for(), people(groups.APPROVERS)
    triggers.drop(connection)
    make.make_approval(request, decided_by=request.requested_by)
    triggers.install(connection)
    assert "no: asked or trained" in page_of(client, request)


def test_remarks_stay_in_their_order_and_a_refused_one_comes_back() -> None:
    request = asked_for()
    user, client = people(groups.APPROVERS)
    for words in ("the first", "the second"):
        response = client.post(f"{REQUESTS}{request.pk}/say/", {"text": words})
        assert response.headers["Location"].endswith("#discussion")
    page = page_of(client, request)
    assert page.index("the first") < page.index("the second")
    assert {remark.said_by for remark in Remark.objects.all()} == {str(user.subject_id)}
    strange = client.post(f"{REQUESTS}{request.pk}/say/", {"text": "with a bell \a in it"})
    assert strange.status_code == 409
    assert "control character" in text(strange)
    assert "with a bell" in text(strange)
    assert Remark.objects.count() == 2


def test_a_remark_is_text_and_never_markup() -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    client.post(f"{REQUESTS}{request.pk}/say/", {"text": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in page_of(client, request)


def test_who_may_not_see_requests_says_nothing_of_them() -> None:
    request, client = asked_for(), staff.in_group(groups.CATALOGUE_EDITORS)
    assert client.post(f"{REQUESTS}{request.pk}/say/", {"text": "hello"}).status_code == 403
    assert not Remark.objects.exists()


@pytest.mark.usefixtures("two_needed")
def test_a_vote_sent_twice_counts_once_and_its_key_is_for_no_other_verdict() -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    for _ in range(2):
        assert vote(client, request, key="one-page").status_code == 302
    assert request.approvals.count() == 1
    other = vote(client, request, "REJECT", key="one-page")
    assert other.status_code == 409
    assert "this key stands for another act" in text(other).lower()
    request.refresh_from_db()
    assert request.state == "OPEN"


def test_the_page_carries_a_key_of_its_own_and_keeps_it_when_the_vote_is_refused() -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    keys = {text(client.get(f"{REQUESTS}{request.pk}/change/")).partition('name="key" value="')[2][:36] for _ in "ab"}
    assert len(keys) == 2
    refused = vote(client, request, key=keys.pop(), reason=" ")
    assert 'name="key" value="' in text(refused)
    assert not request.approvals.exists()


def test_an_old_proof_leads_away_and_what_was_typed_waits(unproven: Callable[[], None], settings: Any) -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    unproven()
    away = vote(client, request, key="kept", reason="typed before the password")
    assert away.headers["Location"] == "/prove-it/"
    assert not request.approvals.exists()
    back = client.get(f"{REQUESTS}{request.pk}/decide/", follow=True)
    assert "typed before the password" in text(back)
    assert 'name="key" value="kept"' in text(back)
    settings.MLOPS_FRESH_PROOF = ""
    assert vote(client, request, key="kept", reason="typed before the password").status_code == 302
    assert request.approvals.count() == 1
    assert "typed before the password" not in text(client.get(f"{VERSIONS}{request.version_id}/request/"))


@pytest.mark.parametrize("act", ["decide", "roll-back", "ask", "account"])
def test_what_others_rely_on_is_done_with_a_fresh_proof_alone(act: str, unproven: Callable[[], None]) -> None:
    deployment, request = promoted(), asked_for(make.make_candidate())
    user = staff.member_of(is_superuser=True)
    client = staff.signed_in(user)
    seq = strays.seal(at=timezone.now())[0].seq
    unproven()
    address, sent = {
        "decide": (
            f"{REQUESTS}{request.pk}/decide/",
            {"verdict": "APPROVE", "evidence_digest": request.evidence_digest},
        ),
        "roll-back": (f"{DEPLOYMENTS}{deployment.pk}/roll-back/", {}),
        "ask": (f"{ASKS}ask/", {"recipe_key": "toy-learner", "wanted": "2"}),
        "account": (f"{STRAYS}{seq}/account/", {}),
    }[act]
    events = AuditEvent.objects.count()
    assert client.post(address, {**sent, "reason": WHY}).headers["Location"] == "/prove-it/"
    assert AuditEvent.objects.count() == events


def test_a_lost_race_names_what_serves_now_and_keeps_what_was_typed() -> None:
    request = asked_for()
    (_one, quick), (_two, slow) = people(groups.APPROVERS), people(groups.APPROVERS)
    vote(quick, request)
    late = vote(slow, request, reason="I was about to say yes")
    assert late.status_code == 409
    assert "was approved already. toy-learner v1 serves now." in text(late)
    assert "I was about to say yes" in text(late)
    assert 'role="alert"' in text(late)


def test_an_expired_request_says_so_in_the_place_of_the_form() -> None:
    request = make.make_promotion_request(at=timezone.now() - timedelta(days=15))
    _user, client = people(groups.APPROVERS)
    page = page_of(client, request)
    assert f"Request {request.pk} expired on" in page
    assert 'value="APPROVE"' not in page


def test_a_roll_back_sent_twice_is_one_and_names_what_serves() -> None:
    first, second = promoted(make.make_candidate()), promoted(make.make_candidate())
    _user, client = people(groups.IT_OPERATIONS)
    page = f"{DEPLOYMENTS}{second.pk}/roll-back/"
    assert "Then toy-learner v1 serves again" in text(client.get(page))
    for _ in range(2):
        response = client.post(page, {"reason": WHY, "key": "one-page"}, follow=True)
        assert "Rolled back: toy-learner v1 serves now." in staff.said(response)
    assert Deployment.objects.count() == 3
    late = client.post(page, {"reason": "again", "key": "another-page"})
    assert late.status_code == 409
    assert "toy-learner v1 serves now." in text(late)
    assert first.version.state == "APPROVED"


def test_requests_carry_no_state_that_a_get_could_change() -> None:
    request = asked_for()
    _user, client = people(groups.APPROVERS)
    for act in ("decide", "say", "withdraw"):
        client.get(f"{REQUESTS}{request.pk}/{act}/", {"verdict": "APPROVE", "text": "x", "reason": WHY})
    assert PromotionRequest.objects.get().state == "OPEN"
    assert not Remark.objects.exists()
    assert client.delete(f"{REQUESTS}{request.pk}/decide/").status_code == 405
