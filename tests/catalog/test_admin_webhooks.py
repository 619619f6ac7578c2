"""Webhooks in the admin: who may look, who may act, and that no secret is shown to anybody."""

from typing import Any

import pytest
from django.test import Client

from catalog import groups
from catalog.models import Delivery, User, WebhookEndpoint
from mlops.models import AuditEvent
from tests.catalog import staff
from tests.catalog.webhooks import listening
from tests.factories import partners as make

pytestmark = pytest.mark.django_db
URL = "https://93.184.215.14/hooks"
BASE = "/admin/catalog/"


@pytest.fixture
def operator() -> User:
    return staff.member_of(groups.IT_OPERATIONS)


@pytest.fixture
def client(operator: User) -> Client:
    return staff.signed_in(operator)


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    return listening(URL)[0]


def failed(endpoint: WebhookEndpoint) -> Delivery:
    delivery = make.make_delivery(endpoint, state="FAILED", ended_at=endpoint.created_at)
    make.make_attempt(delivery, status=500, problem="it answered 500", answer="<script>alert(1)</script>")
    return delivery


def test_pages_show_what_is_there_and_never_a_secret(client: Client, endpoint: WebhookEndpoint) -> None:
    delivery = failed(endpoint)
    pages = ("webhookendpoint/", f"webhookendpoint/{endpoint.pk}/change/", f"webhookendpoint/{endpoint.pk}/history/")
    pages += ("delivery/", f"delivery/{delivery.pk}/change/", "event/", f"event/{delivery.event_id}/change/")
    for page in pages:
        answer = client.get(BASE + page)
        assert answer.status_code == 200, page
        assert endpoint.sealed_secret not in answer.content.decode(), page
    assert delivery.uid in client.get(f"{BASE}webhookendpoint/{endpoint.pk}/change/").content.decode()
    shown = client.get(f"{BASE}delivery/{delivery.pk}/change/").content.decode()
    assert "it answered 500" in shown
    assert "<script>alert(1)" not in shown


def test_the_page_of_an_endpoint_shows_its_newest_deliveries(client: Client, endpoint: WebhookEndpoint) -> None:
    sent = [make.make_delivery(endpoint) for _ in range(22)]
    other = make.make_delivery()
    shown = client.get(f"{BASE}webhookendpoint/{endpoint.pk}/change/").content.decode()
    assert [row.uid in shown for row in sent] == [False] * 2 + [True] * 20
    assert other.uid not in shown


def test_deliveries_are_found_by_state_endpoint_and_partner(client: Client, endpoint: WebhookEndpoint) -> None:
    bad, good = failed(endpoint), make.make_delivery()
    for query in (
        "state__exact=FAILED",
        f"endpoint__id__exact={endpoint.pk}",
        f"endpoint__partner__id__exact={endpoint.partner_id}",
    ):
        shown = client.get(f"{BASE}delivery/?{query}").content.decode()
        assert (bad.uid in shown, good.uid in shown) == (True, False), query


def test_an_endpoint_is_disabled_with_a_reason_and_enabled_again(
    client: Client, operator: User, endpoint: WebhookEndpoint
) -> None:
    make.make_delivery(endpoint)
    address = f"{BASE}webhookendpoint/{endpoint.pk}"
    client.post(f"{address}/disable/", {"reason": " "})
    assert WebhookEndpoint.objects.get().enabled
    assert client.get(f"{address}/disable/").status_code == 200
    assert WebhookEndpoint.objects.get().enabled, "a look does nothing"
    client.post(f"{address}/disable/", {"reason": "it floods us with errors"})
    found = WebhookEndpoint.objects.get()
    assert (found.enabled, found.disabled_reason) == (False, "it floods us with errors")
    assert Delivery.objects.get().state == Delivery.State.DROPPED
    event = AuditEvent.objects.order_by("-seq")[0]
    assert (event.action, event.reason) == ("webhook_endpoint.disabled", "it floods us with errors")
    assert found.history.order_by("-history_id")[0].history_user_id == operator.subject_id
    assert client.post(f"{address}/disable/", {"reason": "again"}).status_code == 403
    client.post(f"{address}/enable/")
    assert WebhookEndpoint.objects.get().enabled
    assert client.post(f"{address}/enable/").status_code == 403


def test_a_test_event_and_a_replay_are_sent_by_hand(client: Client, endpoint: WebhookEndpoint) -> None:
    client.post(f"{BASE}webhookendpoint/{endpoint.pk}/send_test/")
    assert Delivery.objects.get().event.kind == "endpoint.test"
    delivery = failed(endpoint)
    assert client.get(f"{BASE}delivery/{delivery.pk}/replay/").status_code == 200
    client.post(f"{BASE}delivery/{delivery.pk}/replay/")
    assert list(Delivery.objects.filter(event=delivery.event).values_list("number", flat=True)) == [1, 2]
    again = client.post(f"{BASE}delivery/{delivery.pk}/replay/")
    assert "on its way" in again.content.decode()


@pytest.mark.parametrize(
    "act",
    ["webhookendpoint/{endpoint}/disable/", "webhookendpoint/{endpoint}/send_test/", "delivery/{delivery}/replay/"],
)
def test_auditors_look_and_do_nothing(endpoint: WebhookEndpoint, act: str) -> None:
    delivery = failed(endpoint)
    auditor = staff.in_group(groups.AUDITORS)
    assert auditor.get(f"{BASE}delivery/{delivery.pk}/change/").status_code == 200
    address = BASE + act.format(endpoint=endpoint.pk, delivery=delivery.pk)
    assert auditor.post(address, {"reason": "x"}).status_code == 403
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("model", ["webhookendpoint", "delivery", "event"])
def test_not_even_a_superuser_changes_them_here(endpoint: WebhookEndpoint, model: str) -> None:
    delivery = failed(endpoint)
    row: Any = {"webhookendpoint": endpoint, "delivery": delivery, "event": delivery.event}[model]
    boss = staff.superuser()
    for act in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert boss.post(f"{BASE}{model}/{act}", {"post": "yes"}).status_code == 403, act


def test_editors_see_none_of_it(endpoint: WebhookEndpoint) -> None:
    editor = staff.in_group(groups.CATALOGUE_EDITORS)
    for model in ("webhookendpoint", "delivery", "event"):
        assert editor.get(f"{BASE}{model}/").status_code == 403
