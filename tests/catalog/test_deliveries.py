"""Deliveries to a real receiver: signed, retried by the schedule, in order, never lost and never more than asked."""

import threading
import time
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import Retry, SoftTimeLimitExceeded
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from catalog.models import Delivery, DeliveryAttempt, Event
from catalog.outward.sending import Outcome
from catalog.services import deliveries, endpoints, outgoing, sealing
from mlops.models import AuditEvent
from mlops.ports import SYSTEM
from tests.catalog.webhooks import announce, fresh, in_a_thread, listening, send, states, waiting
from tests.factories import catalog as make
from tests.factories.mlops import NOON
from tests.factories.partners import make_attempt
from tests.receivers import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True)
State = Delivery.State
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def test_what_happened_arrives_signed_so_that_the_official_library_takes_it(partner_server: Receiver) -> None:
    endpoint, secret = listening(partner_server.url)
    film = make.make_movie("Laura")
    now = timezone.now()
    announce(now)
    assert send(now) == 1
    (one,) = partner_server.heard
    found = Webhook(secret).verify(one.body, one.headers)
    event = Event.objects.get(kind="movie.updated")
    assert found.keys() == {"type", "timestamp", "data"}
    assert (found["type"], found["data"]["movie"], one.id) == ("movie.updated", film.pk, event.uid)
    assert states(endpoint) == [State.DELIVERED]
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.number, attempt.status, attempt.problem) == (1, 204, "")
    assert send(now) == 0
    assert len(partner_server.heard) == 1


def test_both_secrets_sign_while_one_takes_the_others_place(partner_server: Receiver) -> None:
    now = timezone.now()
    endpoint, old = listening(partner_server.url)
    key = make.make_partner_key(endpoint.partner)[0]
    _, new = endpoints.roll_secret(endpoint=endpoint, key=key, overlap_hours=1, at=now)
    waiting(endpoint)
    send(now)
    for secret in (old, new):
        assert Webhook(secret).verify(partner_server.heard[0].body, partner_server.heard[0].headers)
    waiting(endpoint)
    send(now + HOUR)
    taken = partner_server.heard[1]
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


def test_without_overlap_the_old_secret_signs_nothing_more(partner_server: Receiver) -> None:
    endpoint, old = listening(partner_server.url)
    key = make.make_partner_key(endpoint.partner)[0]
    endpoints.roll_secret(endpoint=endpoint, key=key, overlap_hours=0, at=timezone.now())
    waiting(endpoint)
    send(timezone.now())
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(partner_server.heard[0].body, partner_server.heard[0].headers)


def test_what_fails_is_tried_by_the_schedule_and_then_has_failed(partner_server: Receiver) -> None:
    """0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, each with at most a tenth more."""
    partner_server.answer, partner_server.text = 500, "out of order"
    endpoint, _ = listening(partner_server.url)
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
    assert set(partner_server.ids) == {delivery.event.uid}, "the same id each time"
    tries = DeliveryAttempt.objects.order_by("number").values_list("number", "status", "answer")
    assert list(tries) == [(n, 500, "out of order") for n in range(1, 11)]


def test_a_success_after_failures_ends_it(partner_server: Receiver) -> None:
    endpoint, _ = listening(partner_server.url)
    (delivery,) = waiting(endpoint)
    partner_server.answer = 503
    send(NOON)
    endpoint.refresh_from_db()
    assert endpoint.failing_since == NOON
    partner_server.answer = 204
    send(NOON + 6 * SECOND)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert (fresh(delivery).state, fresh(delivery).attempts) == (State.DELIVERED, 2)


@pytest.mark.parametrize(
    ("answer", "words"),
    [("redirect", "redirects"), ("drop", "RemoteDisconnected"), ("garble", "BadStatusLine"), (404, "404")],
)
def test_what_is_no_success_is_written_down_with_its_reason(partner_server: Receiver, answer: Any, words: str) -> None:
    partner_server.answer = answer
    endpoint, _ = listening(partner_server.url)
    waiting(endpoint)
    send(NOON)
    assert states(endpoint) == [State.WAITING]
    assert words in DeliveryAttempt.objects.get().problem


def test_an_endless_answer_keeps_nobody(partner_server: Receiver) -> None:
    partner_server.answer = "endless"
    endpoint, _ = listening(partner_server.url)
    waiting(endpoint)
    send(NOON)
    assert states(endpoint) == [State.DELIVERED]
    assert DeliveryAttempt.objects.get().answer == "x" * 1_000


def test_one_that_cannot_be_written_down_does_not_keep_the_others_from_it(
    partner_server: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    broken, _ = listening(partner_server.url)
    whole, _ = listening(partner_server.url)
    (delivery,) = waiting(broken)
    waiting(whole, 3)
    try_of_a_dead_worker = make_attempt(delivery, number=1)  # that number is given already
    assert send(NOON) == 3
    assert (states(broken), states(whole)) == ([State.WAITING], [State.DELIVERED] * 3)
    assert f"delivery {delivery.pk} could not be written down" in caplog.text
    try_of_a_dead_worker.delete()
    assert send(NOON + HOUR) == 1
    assert states(broken) == [State.DELIVERED]


@pytest.mark.parametrize("ending", [Retry(), SystemExit(), SoftTimeLimitExceeded()])
def test_what_ends_a_worker_is_not_taken_for_a_fault_of_a_delivery(ending: BaseException) -> None:
    endpoint, _ = listening("https://93.184.215.14/")
    waiting(endpoint)
    (claim,) = deliveries.claim(at=NOON, most=1)
    tried: Future[Outcome] = Future()
    tried.set_exception(ending)
    with pytest.raises(type(ending)):
        outgoing._settled(claim, tried, NOON)


def test_one_that_hangs_does_not_hold_the_others_up(partner_server: Receiver, settings: Any, monkeypatch: Any) -> None:
    with receiver("hang") as slow:
        settings.WEBHOOK_ALLOW = f"{partner_server.allow},{slow.allow}"
        stuck, _ = listening(slow.url)
        quick, _ = listening(partner_server.url)
        waiting(stuck)
        waiting(quick, 5)
        thread = threading.Thread(target=in_a_thread, args=(lambda: send(NOON),))
        thread.start()
        until = time.monotonic() + 5
        while len(partner_server.heard) < 5 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(partner_server.heard) == 5, "while the other one is still waited for"
        assert len(slow.heard) == 1
        slow.ended.set()
        thread.join(20)
    assert states(quick) == [State.DELIVERED] * 5
    assert states(stuck) == [State.WAITING]


def test_410_disables_the_endpoint_at_once_and_drops_what_waits(partner_server: Receiver) -> None:
    partner_server.answer = 410
    endpoint, _ = listening(partner_server.url)
    waiting(endpoint, 3)
    send(NOON)
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "it answered 410: gone")
    assert states(endpoint) == [State.DROPPED] * 3
    assert len(partner_server.heard) == 1
    event = AuditEvent.objects.order_by("-seq")[0]
    assert (event.action, event.actor) == ("webhook_endpoint.disabled", str(SYSTEM.subject_id))
    assert event.object == f"webhook_endpoint:{endpoint.uid}"
    assert endpoint.history.order_by("-history_id")[0].history_change_reason == "it answered 410: gone"
    make.make_movie("Laura")
    announce(NOON + HOUR)
    assert len(states(endpoint)) == 3, "it is told of nothing more"


def test_an_endpoint_without_a_success_for_five_days_is_disabled(partner_server: Receiver) -> None:
    partner_server.answer = 500
    endpoint, _ = listening(partner_server.url)
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
    partner_server: Receiver, settings: Any
) -> None:
    endpoint, secret = listening(partner_server.url)
    waiting(endpoint)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    settings.SECRET_KEY_FALLBACKS = []
    send(NOON)
    assert DeliveryAttempt.objects.get().problem.startswith("not sent: It was sealed")
    assert partner_server.heard == []
    settings.SECRET_KEY_FALLBACKS = [before]
    send(NOON + 6 * SECOND)
    assert len(partner_server.heard) == 1
    assert sealing.unseal(endpoint.sealed_secret) == secret
    assert secret not in endpoint.sealed_secret
