"""Deliveries at the API: on record with every try, sent again when asked, once."""

import pytest

from catalog.models import Delivery, Event
from tests.catalog.api_calls import Caller, refusal
from tests.catalog.test_api_webhooks import URL, made, posted
from tests.catalog.webhooks import listening
from tests.factories import partners as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Caller:
    return Caller()


def test_deliveries_are_listed_newest_first_with_their_tries(api: Caller) -> None:
    endpoint, _ = listening(URL, api.key)
    sent = [make.make_delivery(endpoint) for _ in range(3)]
    make.make_attempt(sent[0], status=500, problem="it answered 500", answer="no")
    sent[0].state, sent[0].ended_at = "FAILED", sent[0].created_at
    sent[0].save()
    base = f"webhooks/{endpoint.uid}/deliveries"
    assert [item["id"] for item in api.walk(base, limit=2)] == [row.uid for row in reversed(sent)]
    assert [item["id"] for item in api.get(base, state="failed").json()["data"]] == [sent[0].uid]
    refusal(api.get(base, state="FAILED"), 400, "bad_parameter")
    one = api.get(f"{base}/{sent[0].uid}").json()
    assert one["event"] == sent[0].event.uid
    assert one["tries"] == [
        {
            "number": 1,
            "at": one["tries"][0]["at"],
            "took_ms": 12,
            "status": 500,
            "problem": "it answered 500",
            "answer": "no",
        }
    ]


def test_a_replay_is_asked_for_once_and_not_while_it_is_on_its_way(api: Caller) -> None:
    endpoint, _ = listening(URL, api.key)
    delivery = make.make_delivery(endpoint, state="FAILED", ended_at=endpoint.created_at)
    base = f"webhooks/{endpoint.uid}/deliveries/{delivery.uid}"
    first, again = (posted(api, f"{base}/replay", key="once") for _ in range(2))
    assert (first.status_code, first.content) == (202, again.content)
    assert first.json()["number"] == 2
    assert api.get(first["Location"]).json()["event"] == delivery.event.uid
    refusal(posted(api, f"{base}/replay"), 409, "nothing_to_send")
    assert Delivery.objects.count() == 2


def test_a_test_is_a_delivery_of_its_own(api: Caller) -> None:
    uid = made(api)["id"]
    answer = posted(api, f"webhooks/{uid}/test")
    assert (answer.status_code, answer.json()["kind"], answer.json()["state"]) == (202, "endpoint.test", "waiting")
    assert api.get(answer["Location"]).json()["id"] == answer.json()["id"]
    assert Event.objects.get().partner == api.key.partner
