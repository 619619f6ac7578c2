"""Webhook endpoints at the API: made once, changed on the state that was read, and nobody else's."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from catalog.models import Delivery, IdempotentCall, WebhookEndpoint
from catalog.services import endpoints
from mlops.models import AuditEvent
from tests.catalog.api_calls import Caller, refusal
from tests.catalog.webhooks import listening
from tests.factories import partners as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
URL = "https://93.184.215.14/hooks"
WANTED = {"url": URL, "kinds": ["chart.published", "movie.updated"]}


@pytest.fixture
def api() -> Caller:
    return Caller()


def posted(api: Caller, path: str, body: Any = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(uuid4())}
    return api.post(path, "" if body is None else body, **headers)


def patched(api: Caller, path: str, body: Any, **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {api.plain}"} | headers
    return api.client.patch(f"/api/v1/{path}", body, content_type="application/json", headers=sent)


def deleted(api: Caller, path: str, **headers: str) -> Any:
    return api.client.delete(f"/api/v1/{path}", headers={"Authorization": f"Bearer {api.plain}"} | headers)


def made(api: Caller, **given: Any) -> dict[str, Any]:
    answer = posted(api, "webhooks", {**WANTED, **given})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def matching(api: Caller, uid: str) -> dict[str, str]:
    return {"If-Match": api.get(f"webhooks/{uid}")["ETag"]}


# --- making ------------------------------------------------------------------------------------------------------
def test_a_new_endpoint_shows_its_secret_once(api: Caller) -> None:
    answer = posted(api, "webhooks", WANTED)
    body = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/webhooks/{body['id']}")
    assert Webhook(body["secret"])
    again = api.get(answer["Location"])
    assert again["ETag"] == answer["ETag"]
    assert "secret" not in again.json()
    assert {**again.json(), "secret": body["secret"]} == body
    assert [one["id"] for one in api.get("webhooks").json()["data"]] == [body["id"]]
    row = WebhookEndpoint.objects.get()
    assert endpoints.secrets_of(row, row.created_at) == [body["secret"]]


def test_it_is_made_once_and_who_repeats_it_gets_the_secret_again_which_lies_open_nowhere(api: Caller) -> None:
    first, again = (posted(api, "webhooks", WANTED, key="once") for _ in range(2))
    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"
    assert WebhookEndpoint.objects.count() == 1
    secret = first.json()["secret"]
    assert secret not in IdempotentCall.objects.get().body
    for row in (
        WebhookEndpoint.objects.values().get(),
        *WebhookEndpoint.history.values(),
        *AuditEvent.objects.values(),
    ):
        assert secret not in str(row)


def test_making_changing_and_removing_are_on_record(api: Caller) -> None:
    uid = made(api)["id"]
    patched(api, f"webhooks/{uid}", {"description": "ours"}, **matching(api, uid))
    posted(api, f"webhooks/{uid}/secret", {"overlap_hours": 1})
    deleted(api, f"webhooks/{uid}", **matching(api, uid))
    acts = [event for event in AuditEvent.objects.order_by("seq") if event.object == f"webhook_endpoint:{uid}"]
    words = ["created", "changed", "secret-rolled", "disabled", "removed"]
    assert [event.action for event in acts] == [f"webhook_endpoint.{word}" for word in words]
    assert {event.actor for event in acts} == {f"partner_key:{api.key.pk}"}
    reasons = WebhookEndpoint.history.order_by("history_id").values_list("history_change_reason", flat=True)
    assert list(reasons) == ["created", "changed", "secret-rolled", endpoints.REMOVED, "removed"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kinds": ["movie.updated"]}, "/url", "missing"),
        ({"url": URL}, "/kinds", "missing"),
        (WANTED | {"kinds": []}, "/kinds", "bad_value"),
        (WANTED | {"kinds": ["endpoint.test"]}, "/kinds", "bad_value"),
        (WANTED | {"kinds": ["movie.updated", "movie.updated"]}, "/kinds", "bad_value"),
        (WANTED | {"url": 5}, "/url", "bad_value"),
        (WANTED | {"url": "https://93.184.215.14/" + "x" * 500}, "/url", "bad_value"),
        (WANTED | {"url": "http://93.184.215.14/"}, "/url", "bad_value"),
        (WANTED | {"url": "https://127.0.0.1/"}, "/url", "bad_value"),
        (WANTED | {"url": "https://169.254.169.254/latest"}, "/url", "bad_value"),
        (WANTED | {"url": "https://localhost/"}, "/url", "bad_value"),
        (WANTED | {"url": "https://[1.2.3.4]/"}, "/url", "bad_value"),
        (WANTED | {"url": "https://[....]/"}, "/url", "bad_value"),
        (WANTED | {"territories": ["XX"]}, "/territories", "bad_value"),
        (WANTED | {"territories": None}, "/territories", "bad_value"),
    ],
)
def test_a_wrong_value_is_422_with_its_place(api: Caller, body: Any, pointer: str, code: str) -> None:
    found = refusal(posted(api, "webhooks", body), 422, "bad_body")
    assert [(fault["pointer"], fault["code"]) for fault in found["errors"]] == [(pointer, code)]
    assert not WebhookEndpoint.objects.exists()


def test_fields_that_are_none_are_400(api: Caller) -> None:
    refusal(posted(api, "webhooks", WANTED | {"secret": "whsec_mine"}), 400, "unknown_field")
    refusal(posted(api, "webhooks", WANTED | {"enabled": False}), 400, "unknown_field")


def test_without_a_key_for_it_nothing_is_made(api: Caller) -> None:
    refusal(api.post("webhooks", WANTED), 400, "idempotency_key_missing")
    refusal(posted(Caller("webhooks:read"), "webhooks", WANTED), 403, "scope_missing")
    refusal(Caller("catalog:read").get("webhooks"), 403, "scope_missing")
    assert Caller("webhooks:write").get("webhooks").status_code == 200, "who may write may read"


def test_a_partner_has_ten(api: Caller) -> None:
    for _ in range(10):
        made(api)
    refusal(posted(api, "webhooks", WANTED), 409, "too_many_endpoints")
    made(Caller())


# --- changing ----------------------------------------------------------------------------------------------------
def test_a_change_names_the_state_it_was_decided_on(api: Caller) -> None:
    uid = made(api)["id"]
    refusal(patched(api, f"webhooks/{uid}", {"description": "x"}), 428, "precondition_required")
    mark = matching(api, uid)
    changed = patched(api, f"webhooks/{uid}", {"description": "x", "kinds": ["chart.published"]}, **mark)
    assert (changed.status_code, changed.json()["description"], changed.json()["kinds"]) == (
        200,
        "x",
        ["chart.published"],
    )
    assert changed["ETag"] == api.get(f"webhooks/{uid}")["ETag"] != mark["If-Match"]
    refusal(patched(api, f"webhooks/{uid}", {"description": "y"}, **mark), 412, "precondition_failed")
    refusal(deleted(api, f"webhooks/{uid}", **mark), 412, "precondition_failed")
    refusal(deleted(api, f"webhooks/{uid}"), 428, "precondition_required")
    gone = deleted(api, f"webhooks/{uid}", **matching(api, uid))
    assert (gone.status_code, gone.content) == (204, b"")
    refusal(api.get(f"webhooks/{uid}"), 404, "not_found")


def test_two_who_change_it_at_once_do_not_overwrite_each_other(api: Caller) -> None:
    """Both passed If-Match: the row itself knows who was second."""
    from catalog.errors import EndpointChanged

    uid = made(api)["id"]
    seen = WebhookEndpoint.objects.get(uid=uid)
    patched(api, f"webhooks/{uid}", {"description": "first"}, **matching(api, uid))
    with pytest.raises(EndpointChanged):
        endpoints.change(endpoint=seen, key=api.key, at=seen.created_at, description="second")


def test_a_change_of_nothing_changes_nothing(api: Caller) -> None:
    uid = made(api)["id"]
    mark = matching(api, uid)
    assert patched(api, f"webhooks/{uid}", {"url": URL}, **mark)["ETag"] == mark["If-Match"]
    assert patched(api, f"webhooks/{uid}", {}, **mark)["ETag"] == mark["If-Match"]


def test_an_address_is_checked_at_a_change_too(api: Caller) -> None:
    uid = made(api)["id"]
    found = refusal(
        patched(api, f"webhooks/{uid}", {"url": "https://10.0.0.1/"}, **matching(api, uid)), 422, "bad_body"
    )
    assert found["errors"][0]["pointer"] == "/url"
    assert "not of the open internet" in found["detail"]


def test_a_new_address_has_not_failed(api: Caller) -> None:
    uid = made(api)["id"]
    WebhookEndpoint.objects.update(failing_since=NOON)
    described = patched(api, f"webhooks/{uid}", {"description": "x"}, **matching(api, uid)).json()
    assert datetime.fromisoformat(described["failing_since"]) == NOON
    moved = patched(api, f"webhooks/{uid}", {"url": f"{URL}/new"}, **matching(api, uid)).json()
    assert moved["failing_since"] is None


def test_one_that_is_disabled_drops_what_waits_and_can_be_enabled(api: Caller) -> None:
    uid = made(api)["id"]
    posted(api, f"webhooks/{uid}/test")
    off = patched(api, f"webhooks/{uid}", {"enabled": False}, **matching(api, uid)).json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "disabled by the partner")
    assert Delivery.objects.get().state == Delivery.State.DROPPED
    refusal(posted(api, f"webhooks/{uid}/test"), 409, "nothing_to_send")
    on = patched(api, f"webhooks/{uid}", {"enabled": True}, **matching(api, uid)).json()
    assert (on["enabled"], on["disabled_reason"]) == (True, "")
    assert posted(api, f"webhooks/{uid}/test").status_code == 202


# --- secrets -----------------------------------------------------------------------------------------------------
def test_a_secret_is_rolled_with_an_overlap_or_without(api: Caller) -> None:
    body = made(api)
    rolled = posted(api, f"webhooks/{body['id']}/secret", {"overlap_hours": 24})
    assert rolled.status_code == 201
    assert rolled.json()["secret"] != body["secret"]
    row = WebhookEndpoint.objects.get()
    assert endpoints.secrets_of(row, row.changed_at) == [rolled.json()["secret"], body["secret"]]
    assert rolled.json()["old_secret_until"]
    last = posted(api, f"webhooks/{body['id']}/secret", {"overlap_hours": 0}).json()
    row.refresh_from_db()
    assert endpoints.secrets_of(row, row.changed_at) == [last["secret"]]
    assert last["old_secret_until"] is None


@pytest.mark.parametrize("hours", [-1, 169, 1.0, "1", None, True])
def test_an_overlap_is_0_to_168_hours(api: Caller, hours: Any) -> None:
    uid = made(api)["id"]
    refusal(posted(api, f"webhooks/{uid}/secret", {"overlap_hours": hours}), 422, "bad_body")


# --- whose -------------------------------------------------------------------------------------------------------
def test_what_is_another_partners_is_404_whatever_is_asked(api: Caller) -> None:
    endpoint, _ = listening(URL, Caller().key)
    delivery = make.make_delivery(endpoint)
    base = f"webhooks/{endpoint.uid}"
    assert api.get("webhooks").json() == {"data": []}
    for path in (base, f"{base}/deliveries", f"{base}/deliveries/{delivery.uid}"):
        refusal(api.get(path), 404, "not_found")
    mark = {"If-Match": "*"}
    refusal(patched(api, base, {"description": "x"}, **mark), 404, "not_found")
    refusal(deleted(api, base, **mark), 404, "not_found")
    for path in ("test", f"deliveries/{delivery.uid}/replay"):
        refusal(posted(api, f"{base}/{path}"), 404, "not_found")
    refusal(posted(api, f"{base}/secret", {"overlap_hours": 0}), 404, "not_found")
    own, _ = listening(URL, api.key)
    refusal(api.get(f"webhooks/{own.uid}/deliveries/{delivery.uid}"), 404, "not_found")


def test_keys_for_trying_out_and_live_ones_do_not_see_each_others(api: Caller) -> None:
    uid = made(api)["id"]
    api.key.test = True
    api.key.save()
    refusal(api.get(f"webhooks/{uid}"), 404, "not_found")
    body = made(api)
    assert body["test"]
    assert [one["id"] for one in api.get("webhooks").json()["data"]] == [body["id"]]


def test_a_key_of_some_territories_makes_and_sees_endpoints_of_these(api: Caller) -> None:
    of_all = made(api)["id"]
    api.key.territories = ["DE", "FR"]
    api.key.save()
    refusal(api.get(f"webhooks/{of_all}"), 404, "not_found")
    body = made(api)
    assert body["territories"] == ["DE", "FR"]
    assert made(api, territories=["DE"])["territories"] == ["DE"]
    for wrong in (["GB"], ["DE", "GB"], []):
        found = refusal(posted(api, "webhooks", WANTED | {"territories": wrong}), 422, "bad_body")
        assert found["errors"][0]["pointer"] == "/territories"
    mark = matching(api, body["id"])
    refusal(patched(api, f"webhooks/{body['id']}", {"territories": []}, **mark), 422, "bad_body")


def test_an_endpoint_hears_of_no_more_than_the_scopes_of_its_key_open() -> None:
    api = Caller("webhooks:write", "charts:read")
    found = refusal(posted(api, "webhooks", WANTED), 422, "bad_body")
    assert [fault["pointer"] for fault in found["errors"]] == ["/kinds"]
    assert "movie.updated (catalog:read)" in found["detail"]
    assert "charts:read" not in found["detail"]
    uid = made(api, kinds=["chart.published"])["id"]
    more = {"kinds": ["chart.published", "rights.changed"]}
    found = refusal(patched(api, f"webhooks/{uid}", more, **matching(api, uid)), 422, "bad_body")
    assert [fault["pointer"] for fault in found["errors"]] == ["/kinds"]
    assert "rights.changed (rights:read)" in found["detail"]
    assert WebhookEndpoint.objects.get().kinds == ["chart.published"]


def test_one_that_hears_of_more_than_a_key_may_read_is_not_there_for_that_key(api: Caller) -> None:
    """Or it would have what it may not read sent to an address of its own."""
    uid = made(api)["id"]
    api.key.scopes = ["webhooks:write", "charts:read"]
    api.key.save()
    assert api.get("webhooks").json() == {"data": []}
    refusal(api.get(f"webhooks/{uid}"), 404, "not_found")
    mark = {"If-Match": "*"}
    refusal(patched(api, f"webhooks/{uid}", {"url": f"{URL}/mine"}, **mark), 404, "not_found")
    refusal(posted(api, f"webhooks/{uid}/secret", {"overlap_hours": 0}), 404, "not_found")
    api.key.scopes = ["webhooks:write", "charts:read", "catalog:read"]
    api.key.save()
    assert api.get(f"webhooks/{uid}").status_code == 200
