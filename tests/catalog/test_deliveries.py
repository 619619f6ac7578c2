"""Deliveries to a real receiver: signed, retried by the schedule, in order, never lost and never more than asked."""

import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from catalog.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from catalog.outward.sending import Outcome
from catalog.services import deliveries, endpoints, outgoing, sealing
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests.catalog.webhooks import announce, listening, send, states
from tests.factories import catalog as make
from tests.factories import partners as make_partners
from tests.factories.mlops import NOON
from tests.receivers import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def partner(settings: Any) -> Any:
    """A partner's server that takes everything; settings allow it although it is on this machine."""
    with receiver() as found:
        settings.WEBHOOK_ALLOW = found.allow
        yield found


def waiting(endpoint: WebhookEndpoint, number: int = 1, **data: Any) -> list[Delivery]:
    """Events on their way to an endpoint, oldest first."""
    return [
        make_partners.make_delivery(endpoint, make_partners.make_event(data={"movie": n, **data}))
        for n in range(number)
    ]


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def test_what_happened_arrives_signed_so_that_the_official_library_takes_it(partner: Receiver) -> None:
    endpoint, secret = listening(partner.url)
    film = make.make_movie("Laura")
    now = timezone.now()
    announce(now)
    assert send(now) == 1
    (one,) = partner.heard
    found = Webhook(secret).verify(one.body, one.headers)
    event = Event.objects.get(kind="movie.updated")
    assert found.keys() == {"type", "timestamp", "data"}
    assert (found["type"], found["data"]["movie"], one.id) == ("movie.updated", film.pk, event.uid)
    assert states(endpoint) == [State.DELIVERED]
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.number, attempt.status, attempt.problem) == (1, 204, "")
    assert send(now) == 0
    assert len(partner.heard) == 1


def test_both_secrets_sign_while_one_takes_the_others_place(partner: Receiver) -> None:
    now = timezone.now()
    endpoint, old = listening(partner.url)
    key = make.make_partner_key(endpoint.partner)[0]
    _, new = endpoints.roll_secret(endpoint=endpoint, key=key, overlap_hours=1, at=now)
    waiting(endpoint)
    send(now)
    for secret in (old, new):
        assert Webhook(secret).verify(partner.heard[0].body, partner.heard[0].headers)
    waiting(endpoint)
    send(now + HOUR)
    taken = partner.heard[1]
    signatures = taken.headers["webhook-signature"].split(" ")
    assert len(signatures) == 1, "the old one is over"
    content = f"{taken.id}.{taken.headers['webhook-timestamp']}.".encode() + taken.body
    assert f"v1,{_hmac(new, content)}" == signatures[0]


def _hmac(secret: str, content: bytes) -> str:
    import base64
    import hashlib
    import hmac

    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def test_without_overlap_the_old_secret_signs_nothing_more(partner: Receiver) -> None:
    endpoint, old = listening(partner.url)
    key = make.make_partner_key(endpoint.partner)[0]
    endpoints.roll_secret(endpoint=endpoint, key=key, overlap_hours=0, at=timezone.now())
    waiting(endpoint)
    send(timezone.now())
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(partner.heard[0].body, partner.heard[0].headers)


def test_what_fails_is_tried_by_the_schedule_and_then_has_failed(partner: Receiver) -> None:
    """0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, each with at most a tenth more."""
    partner.answer, partner.text = 500, "out of order"
    endpoint, _ = listening(partner.url)
    (delivery,) = waiting(endpoint)
    at, pauses = NOON, []
    while fresh(delivery).state == State.WAITING:
        due = fresh(delivery).due_at
        assert send(due - SECOND) == 0, "not before it is due"
        assert send(due) == 1
        pauses.append(due - at)
        at = due
    wanted = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert len(pauses) == len(wanted)
    for pause, seconds in zip(pauses, wanted, strict=True):
        assert seconds <= pause.total_seconds() <= seconds * 1.1
    assert fresh(delivery).state == State.FAILED
    assert set(partner.ids) == {delivery.event.uid}, "the same id each time"
    tries = DeliveryAttempt.objects.order_by("number").values_list("number", "status", "answer")
    assert list(tries) == [(n, 500, "out of order") for n in range(1, 11)]


def test_a_success_after_failures_ends_it(partner: Receiver) -> None:
    endpoint, _ = listening(partner.url)
    (delivery,) = waiting(endpoint)
    partner.answer = 503
    send(NOON)
    endpoint.refresh_from_db()
    assert endpoint.failing_since == NOON
    partner.answer = 204
    send(NOON + 6 * SECOND)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert (fresh(delivery).state, fresh(delivery).attempts) == (State.DELIVERED, 2)


@pytest.mark.parametrize(("answer", "words"), [("redirect", "redirects"), ("drop", "RemoteDisconnected"), (404, "404")])
def test_what_is_no_success_is_written_down_with_its_reason(partner: Receiver, answer: Any, words: str) -> None:
    partner.answer = answer
    endpoint, _ = listening(partner.url)
    waiting(endpoint)
    send(NOON)
    assert states(endpoint) == [State.WAITING]
    assert words in DeliveryAttempt.objects.get().problem


def test_an_endless_answer_keeps_nobody(partner: Receiver) -> None:
    partner.answer = "endless"
    endpoint, _ = listening(partner.url)
    waiting(endpoint)
    send(NOON)
    assert states(endpoint) == [State.DELIVERED]
    assert DeliveryAttempt.objects.get().answer == "x" * 1_000


def test_one_that_hangs_does_not_hold_the_others_up(partner: Receiver, settings: Any, monkeypatch: Any) -> None:
    with receiver("hang") as slow:
        settings.WEBHOOK_ALLOW = f"{partner.allow},{slow.allow}"
        stuck, _ = listening(slow.url)
        quick, _ = listening(partner.url)
        waiting(stuck)
        waiting(quick, 5)
        thread = threading.Thread(target=_in_a_thread, args=(lambda: send(NOON),))
        thread.start()
        until = time.monotonic() + 5
        while len(partner.heard) < 5 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(partner.heard) == 5, "while the other one is still waited for"
        assert len(slow.heard) == 1
        slow.ended.set()
        thread.join(20)
    assert states(quick) == [State.DELIVERED] * 5
    assert states(stuck) == [State.WAITING]


def _in_a_thread(act: Any) -> None:
    try:
        act()
    finally:
        connection.close()


def test_410_disables_the_endpoint_at_once_and_drops_what_waits(partner: Receiver) -> None:
    partner.answer = 410
    endpoint, _ = listening(partner.url)
    waiting(endpoint, 3)
    send(NOON)
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "it answered 410: gone")
    assert states(endpoint) == [State.DROPPED] * 3
    assert len(partner.heard) == 1
    event = AuditEvent.objects.order_by("-seq")[0]
    assert (event.action, event.actor) == ("webhook_endpoint.disabled", str(SYSTEM.subject_id))
    assert event.object == f"webhook_endpoint:{endpoint.uid}"
    assert endpoint.history.order_by("-history_id")[0].history_change_reason == "it answered 410: gone"
    make.make_movie("Laura")
    announce(NOON + HOUR)
    assert len(states(endpoint)) == 3, "it is told of nothing more"


def test_an_endpoint_without_a_success_for_five_days_is_disabled(partner: Receiver) -> None:
    partner.answer = 500
    endpoint, _ = listening(partner.url)
    waiting(endpoint)
    send(NOON)
    Delivery.objects.update(due_at=NOON + 5 * DAY - SECOND)
    send(NOON + 5 * DAY - SECOND)
    endpoint.refresh_from_db()
    assert endpoint.enabled
    Delivery.objects.update(due_at=NOON + 5 * DAY)
    send(NOON + 5 * DAY)
    endpoint.refresh_from_db()
    assert not endpoint.enabled
    assert endpoint.disabled_reason.startswith("nothing arrived in 5 days, since 20")


def test_a_private_address_is_refused_at_sending_too(settings: Any) -> None:
    """Saved while it was allowed, or before its name led elsewhere."""
    with receiver() as inside:
        endpoint, _ = listening(inside.url)
        waiting(endpoint)
        settings.WEBHOOK_ALLOW = ""
        send(NOON)
        assert inside.heard == []
    assert DeliveryAttempt.objects.get().problem.startswith("refused: the address")


def test_what_was_sealed_with_a_key_that_is_gone_fails_and_with_one_before_it_is_sent(
    partner: Receiver, settings: Any
) -> None:
    endpoint, secret = listening(partner.url)
    waiting(endpoint)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    settings.SECRET_KEY_FALLBACKS = []
    send(NOON)
    assert DeliveryAttempt.objects.get().problem.startswith("not sent: It was sealed")
    assert partner.heard == []
    settings.SECRET_KEY_FALLBACKS = [before]
    send(NOON + 6 * SECOND)
    assert len(partner.heard) == 1
    assert sealing.unseal(endpoint.sealed_secret) == secret
    assert secret not in endpoint.sealed_secret


# --- order, claims, killed workers -------------------------------------------------------------------------------
def test_events_arrive_in_their_order_and_one_at_a_time(partner: Receiver) -> None:
    endpoint, _ = listening(partner.url)
    sent = waiting(endpoint, 20)
    assert send(NOON) == 20
    assert partner.ids == [delivery.event.uid for delivery in sent]


def test_one_that_waits_for_its_retry_holds_nothing_back(partner: Receiver) -> None:
    endpoint, _ = listening(partner.url)
    first, second = waiting(endpoint, 2)
    Delivery.objects.filter(pk=first.pk).update(due_at=NOON + HOUR, attempts=3)
    send(NOON)
    assert partner.ids == [second.event.uid]
    assert fresh(first).state == State.WAITING


def test_a_claim_is_one_of_an_endpoint_and_nobody_elses(partner: Receiver) -> None:
    one, _ = listening(partner.url)
    other, _ = listening(partner.url)
    waiting(one, 3)
    waiting(other, 3)
    first = deliveries.claim(at=NOON, most=10)
    assert sorted(claim.endpoint for claim in first) == [one.pk, other.pk]
    assert deliveries.claim(at=NOON, most=10) == []
    assert len(deliveries.claim(at=NOON + deliveries.CLAIMED, most=1)) == 1


def test_a_worker_killed_between_sending_and_writing_down_leaves_it_to_the_next(partner: Receiver) -> None:
    endpoint, _ = listening(partner.url)
    (delivery,) = waiting(endpoint)
    (claim,) = deliveries.claim(at=NOON, most=1)
    assert outgoing._try(claim).good  # and here it is killed
    assert send(NOON + 59 * SECOND) == 0
    assert send(NOON + 60 * SECOND) == 1
    assert partner.ids == [delivery.event.uid] * 2, "twice rather than never, under one id"
    assert states(endpoint) == [State.DELIVERED]
    late = deliveries.settle(claim=claim, outcome=Outcome(500, "too late", "", 1), at=NOON + HOUR)
    assert late is None
    assert DeliveryAttempt.objects.count() == 1


def test_two_who_send_at_once_send_each_once(partner: Receiver) -> None:
    listeners = [listening(partner.url)[0] for _ in range(4)]
    sent = [delivery for endpoint in listeners for delivery in waiting(endpoint, 10)]
    threads = [threading.Thread(target=_in_a_thread, args=(lambda: send(NOON),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(partner.ids) == sorted(delivery.event.uid for delivery in sent)
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DELIVERED}


# --- by hand -----------------------------------------------------------------------------------------------------
def test_a_test_event_goes_to_its_endpoint_alone_and_is_in_no_feed(partner: Receiver) -> None:
    endpoint, _ = listening(partner.url)
    listening(partner.url, make.make_partner_key(endpoint.partner)[0])
    deliveries.send_test(endpoint=endpoint, at=NOON)
    send(NOON)
    (one,) = partner.heard
    assert json.loads(one.body)["type"] == "endpoint.test"
    assert json.loads(one.body)["data"] == {"endpoint": endpoint.uid, "test": False}
    assert not Event.objects.told().exists()


def test_a_replay_is_another_delivery_of_the_same_event(partner: Receiver) -> None:
    endpoint, _ = listening(partner.url)
    (delivery,) = waiting(endpoint)
    send(NOON)
    again = deliveries.replay(delivery=delivery, at=NOON + HOUR)
    assert (again.number, again.event) == (2, delivery.event)
    send(NOON + HOUR)
    assert partner.ids == [delivery.event.uid] * 2
    assert states(endpoint) == [State.DELIVERED] * 2
