"""Deliveries in order, one at a time, claimed by one: whoever dies with a claim leaves it to the next."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from catalog.errors import EndpointChanged, NothingToSend
from catalog.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from catalog.outward.sending import Outcome
from catalog.services import deliveries, endpoints, outgoing
from tests.catalog.webhooks import announce, fresh, in_a_thread, listening, send, states, waiting
from tests.factories import catalog as make
from tests.factories.mlops import NOON
from tests.factories.partners import make_attempt, make_delivery, make_event
from tests.receivers import Receiver

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def test_events_arrive_in_their_order_and_one_at_a_time(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    sent = waiting(endpoint, 20)
    assert send(NOON) == 20
    assert partner_server.ids == [delivery.event.uid for delivery in sent]


def test_one_that_waits_for_its_retry_holds_nothing_back(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    first, second = waiting(endpoint, 2)
    Delivery.objects.filter(pk=first.pk).update(due_at=NOON + HOUR, attempts=3)
    send(NOON)
    assert partner_server.ids == [second.event.uid]
    assert fresh(first).state == State.WAITING


def test_a_claim_is_one_of_an_endpoint_and_nobody_elses(partner_server: Receiver) -> None:
    one, _ = listening(partner_server.url)
    other, _ = listening(partner_server.url)
    waiting(one, 3)
    waiting(other, 3)
    first = deliveries.claim(at=NOON, most=10)
    assert sorted(claim.endpoint for claim in first) == [one.pk, other.pk]
    assert deliveries.claim(at=NOON, most=10) == []
    assert len(deliveries.claim(at=NOON + deliveries.CLAIMED, most=1)) == 1


def test_a_worker_killed_between_sending_and_writing_down_leaves_it_to_the_next(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    (delivery,) = waiting(endpoint)
    (claim,) = deliveries.claim(at=NOON, most=1)
    assert outgoing._try(claim).good  # and here it is killed
    assert send(NOON + 59 * SECOND) == 0
    assert send(NOON + 60 * SECOND) == 1
    assert partner_server.ids == [delivery.event.uid] * 2, "twice rather than never, under one id"
    assert states(endpoint) == [State.DELIVERED]
    late = deliveries.settle(claim=claim, outcome=Outcome(500, "too late", "", 1), at=NOON + HOUR)
    assert late is None
    assert DeliveryAttempt.objects.count() == 1


def test_two_who_send_at_once_send_each_once(partner_server: Receiver) -> None:
    listeners = [listening(partner_server.url)[0] for _ in range(4)]
    sent = [delivery for endpoint in listeners for delivery in waiting(endpoint, 10)]
    threads = [threading.Thread(target=in_a_thread, args=(lambda: send(NOON),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(partner_server.ids) == sorted(delivery.event.uid for delivery in sent)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}


# --- by hand -----------------------------------------------------------------------------------------------------
def test_a_test_event_goes_to_its_endpoint_alone_and_is_in_no_feed(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    listening(partner_server.url, make.make_partner_key(endpoint.partner)[0])
    deliveries.send_test(endpoint=endpoint, at=NOON)
    send(NOON)
    (one,) = partner_server.heard
    assert json.loads(one.body)["type"] == "endpoint.test"
    assert json.loads(one.body)["data"] == {"endpoint": endpoint.uid, "test": False}
    assert not Event.objects.told().exists()


def test_a_replay_is_another_delivery_of_the_same_event(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    (delivery,) = waiting(endpoint)
    send(NOON)
    again = deliveries.replay(delivery=delivery, at=NOON + HOUR)
    assert (again.number, again.event) == (2, delivery.event)
    send(NOON + HOUR)
    assert partner_server.ids == [delivery.event.uid] * 2
    assert states(endpoint) == [State.DELIVERED] * 2


@pytest.mark.parametrize("left", [{"kinds": ["chart.published"]}, {"territories": ["FR"]}])
def test_what_an_endpoint_does_not_hear_of_any_more_is_not_replayed_to_it(left: dict[str, Any]) -> None:
    """Whoever may change it now may not have been allowed to hear of that."""
    endpoint, _ = listening("https://partner.example/one")
    event = make_event("rights.changed", territory="DE")
    delivery = make_delivery(endpoint, event, state=State.DELIVERED, ended_at=NOON)
    key = make.make_partner_key(endpoint.partner, scopes=["charts:read", "rights:read"])[0]
    endpoints.change(endpoint=endpoint, key=key, at=NOON, **({"kinds": ["rights.changed"]} | left))
    with pytest.raises(NothingToSend, match="any more"):
        deliveries.replay(delivery=delivery, at=NOON)
    assert states(endpoint) == [State.DELIVERED]


def _work(act: Callable[[], object]) -> int:
    """What SQLite had to do for it, in thousands of its instructions: the same on every machine."""
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, 1_000)
    try:
        act()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return steps[0]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts SQLite's instructions")
def test_thousands_that_wait_at_an_endpoint_cost_a_claim_no_more_than_a_few() -> None:
    busy, _ = listening("https://partner.example/one")
    idle, _ = listening("https://partner.example/two")
    waiting(idle, 1)
    waiting(busy, 100)
    few = _work(lambda: deliveries.claim(at=NOON, most=8))
    Delivery.objects.update(claimed_until=None)
    waiting(busy, 3_000)
    many = _work(lambda: deliveries.claim(at=NOON, most=8))
    assert Delivery.objects.filter(claimed_until__isnull=False).count() == 2
    assert many <= 2 * few + 5


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts SQLite's instructions")
def test_thousands_that_wait_for_a_later_try_are_not_looked_through_for_the_one_that_is_due() -> None:
    endpoint, _ = listening("https://partner.example/one")
    due = waiting(endpoint, 2)[1]
    Delivery.objects.exclude(pk=due.pk).update(due_at=NOON + HOUR)
    few = _work(lambda: deliveries.claim(at=NOON, most=8))
    later = waiting(endpoint, 1_000)
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in later]).update(due_at=NOON + HOUR)
    Delivery.objects.filter(pk=due.pk).delete()
    last = waiting(endpoint, 1)
    found: list[deliveries.Claim] = []
    many = _work(lambda: found.extend(deliveries.claim(at=NOON, most=8)))
    assert [claim.delivery for claim in found] == [last[0].pk]
    assert many <= 2 * few + 5


def test_of_more_endpoints_than_are_tried_at_once_each_has_its_turn() -> None:
    """However much has waited at the others, and for however long."""
    busy = [listening("https://partner.example/busy")[0] for _ in range(2)]
    late, _ = listening("https://partner.example/late")
    for endpoint in busy:
        waiting(endpoint, 3)
    Delivery.objects.update(due_at=NOON)
    waiting(late, 1)
    tries = (Delivery.objects.first_at_each(NOON + HOUR, 1).get() for _ in range(200))
    assert late.pk in (delivery.endpoint_id for delivery in tries)


def test_what_comes_due_again_waits_its_turn_behind_what_has_been_due_longer(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    again, second, third = waiting(endpoint, 3)
    Delivery.objects.filter(pk=again.pk).update(due_at=NOON + SECOND, attempts=1)
    send(NOON + HOUR)
    assert partner_server.ids == [delivery.event.uid for delivery in (second, third, again)]


def test_an_endpoint_hears_of_nothing_that_happened_before_it_was_made() -> None:
    film = make.make_movie("Laura")
    late, _ = listening("https://partner.example/late", created_at=timezone.now() + SECOND)
    announce(timezone.now())
    assert Event.objects.filter(kind="movie.updated", data__movie=film.pk).exists(), "the feed tells it"
    assert not Delivery.objects.filter(endpoint=late).exists()


@pytest.mark.usefixtures("valkey")
def test_one_process_sends_and_the_others_have_their_hands_free(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    waiting(endpoint, 2)
    cache.add(outgoing.SENDING, 1, timeout=outgoing.HELD)
    assert send(NOON) == 0
    cache.delete(outgoing.SENDING)
    assert send(NOON) == 2
    assert cache.get(outgoing.SENDING) is None, "it is let go of at the end"


# --- removing ----------------------------------------------------------------------------------------------------
class Ended(Exception):
    """A process that ends in the midst of its work."""


def ends_at(second: str) -> Callable[..., Any]:
    """What ends whoever sends the database a statement of this beginning for the second time."""
    seen = [0]

    def asked(execute: Any, sql: str, *rest: Any) -> Any:
        seen[0] += sql.startswith(second)
        if seen[0] == 2:
            raise Ended
        return execute(sql, *rest)

    return asked


def test_an_endpoint_is_silenced_then_its_deliveries_go_some_at_a_time_then_it_goes(
    partner_server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits until thousands are gone; whoever dies over it left nothing that is sent, and it is taken up again."""
    monkeypatch.setattr(endpoints, "CHUNK", 2)
    endpoint, _ = listening(partner_server.url)
    other, _ = listening(partner_server.url)
    key = make.make_partner_key(endpoint.partner)[0]
    sent = waiting(endpoint, 5)
    make_attempt(sent[0])
    waiting(other)
    with connection.execute_wrapper(ends_at('DELETE FROM "catalog_delivery"')), pytest.raises(Ended):
        endpoints.remove(endpoint=endpoint, key=key, at=NOON)
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, endpoints.REMOVED)
    assert states(endpoint) == [State.DROPPED] * 3
    assert send(NOON) == 1, "the other one's"
    endpoints.remove(endpoint=endpoint, key=key, at=NOON + HOUR)
    assert [row.pk for row in WebhookEndpoint.objects.all()] == [other.pk]
    assert states(other) == [State.DELIVERED]


def test_what_was_changed_since_it_was_read_is_not_removed_and_loses_nothing() -> None:
    endpoint, _ = listening("https://partner.example/one")
    key = make.make_partner_key(endpoint.partner)[0]
    waiting(endpoint, 2)
    seen = WebhookEndpoint.objects.get()
    endpoints.change(endpoint=endpoint, key=key, at=NOON, description="ours")
    with pytest.raises(EndpointChanged):
        endpoints.remove(endpoint=seen, key=key, at=NOON)
    assert states(endpoint) == [State.WAITING] * 2
