"""Deliveries: claimed one by one, tried, and written down with what came of it. The row is the job."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from catalog import opaque, queue
from catalog.errors import CatalogError, NothingToSend
from catalog.models import Delivery, DeliveryAttempt, Event, WebhookEndpoint
from catalog.outward import signing
from catalog.outward.sending import Outcome
from catalog.services import endpoints, events
from mlops import audit
from mlops.ports import SYSTEM

CLAIM_LOCK = 7012  # the advisory lock that lets one claimer through at a time
CLAIMED = timedelta(seconds=60)  # after that whoever claimed it is taken to be dead, and it is sent again
_MINUTE, _HOUR = 60, 3_600
# Seconds before each further try, by Standard Webhooks; the first is at once. After the last one it has failed.
PAUSES = (5, 5 * _MINUTE, 30 * _MINUTE, *(hours * _HOUR for hours in (2, 5, 10, 14, 20, 24)))
JITTER = 0.1  # of a pause, at most, so that what failed together does not come back together
GIVEN_UP = timedelta(days=5)  # an endpoint that failed so long without one success is disabled
GONE = 410


@dataclass(frozen=True)
class Claim:
    """One delivery that is ours to try: all that sending needs, so that it asks no database."""

    delivery: int
    endpoint: int
    until: datetime
    url: str
    content: bytes
    headers: dict[str, str]
    problem: str = ""


def claim(*, at: datetime, most: int) -> list[Claim]:
    """Claim deliveries that are due and return them: one of each endpoint, what has been due longest first."""
    if most < 1 or not Delivery.objects.first_at_each(at, 1).exists():
        return []
    return [_prepared(delivery, at) for delivery in _claimed(at, most)]


@transaction.atomic
def _claimed(at: datetime, most: int) -> list[Delivery]:
    events.lock(CLAIM_LOCK)
    first = Delivery.objects.first_at_each(at, most).select_related("endpoint", "event").in_turn()
    found = [delivery for delivery in first if _still(delivery).update(claimed_until=at + CLAIMED)]
    for delivery in found:
        delivery.claimed_until = at + CLAIMED
    return found


def _still(delivery: Delivery) -> QuerySet[Delivery]:
    """The row, if it is as it was read: by columns of its own alone, which the database looks at again when it waited."""
    state = {"state": Delivery.State.WAITING, "claimed_until": delivery.claimed_until, "attempts": delivery.attempts}
    return Delivery.objects.filter(pk=delivery.pk, **state)


def _prepared(delivery: Delivery, at: datetime) -> Claim:
    event, endpoint = delivery.event, delivery.endpoint
    assert delivery.claimed_until
    facts: dict[str, Any] = {"delivery": delivery.pk, "endpoint": endpoint.pk, "until": delivery.claimed_until}
    try:
        content = signing.body(event.kind, event.at, event.data)
        headers = signing.headers(event.uid, at, content, endpoints.secrets_of(endpoint, at))
    except (CatalogError, ValueError) as error:
        return Claim(**facts, url=endpoint.url, content=b"", headers={}, problem=f"not sent: {error}")
    return Claim(**facts, url=endpoint.url, content=content, headers=headers)


@audit.governed()
def settle(*, claim: Claim, outcome: Outcome, at: datetime) -> Delivery | None:
    """Write down what came of a try, and what follows; None when the claim had run out, or the delivery was dropped."""
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(pk=claim.endpoint).first()
    ours = Delivery.objects.filter(pk=claim.delivery, claimed_until=claim.until, state=Delivery.State.WAITING)
    delivery = ours.select_for_update(of=("self",)).first()
    if endpoint is None or delivery is None:
        return None
    delivery.attempts += 1
    delivery.claimed_until = None
    _note(delivery, outcome, at)
    if outcome.good:
        _ended(delivery, Delivery.State.DELIVERED, at)
        if endpoint.failing_since:
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
    else:
        _failed(delivery, endpoint, outcome, at)
    return delivery


def _note(delivery: Delivery, outcome: Outcome, at: datetime) -> None:
    DeliveryAttempt.objects.create(
        delivery=delivery,
        number=delivery.attempts,
        at=at,
        took_ms=outcome.took_ms,
        status=outcome.status,
        problem=outcome.problem,
        answer=outcome.answer,
    )


def _failed(delivery: Delivery, endpoint: WebhookEndpoint, outcome: Outcome, at: datetime) -> None:
    if delivery.attempts > len(PAUSES):
        _ended(delivery, Delivery.State.FAILED, at)
    else:
        pause = PAUSES[delivery.attempts - 1] * (1 + JITTER * secrets.randbelow(1_000) / 1_000)
        delivery.due_at = at + timedelta(seconds=pause)
        delivery.save()
    since = endpoint.failing_since or at
    if outcome.status == GONE:
        endpoints.disable(endpoint=endpoint, by=SYSTEM, at=at, reason="it answered 410: gone")
    elif at - since >= GIVEN_UP:
        words = f"nothing arrived in {GIVEN_UP.days} days, since {since:%Y-%m-%d %H:%M} UTC"
        endpoints.disable(endpoint=endpoint, by=SYSTEM, at=at, reason=words)
    elif endpoint.failing_since is None:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=at)


def _ended(delivery: Delivery, state: str, at: datetime) -> None:
    delivery.state, delivery.ended_at = state, at
    delivery.save()


@transaction.atomic
def send_test(*, endpoint: WebhookEndpoint, at: datetime) -> Delivery:
    """Send an endpoint.test event to this endpoint alone. Raises NothingToSend when it is disabled."""
    _check_listening(endpoint)
    uid = opaque.event_id()
    event = Event.objects.create(
        uid=uid,
        kind=Event.Kind.TEST,
        origin=f"test:{uid}",
        at=at,
        written_at=at,
        partner_id=endpoint.partner_id,
        data={"endpoint": endpoint.uid, "test": endpoint.test},
    )
    queue.send_soon()
    return Delivery.objects.create(endpoint=endpoint, event=event, created_at=at, due_at=at)


@transaction.atomic
def replay(*, delivery: Delivery, at: datetime) -> Delivery:
    """Send the event of a delivery to its endpoint once more, under the same id. Raises NothingToSend."""
    held = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=delivery.endpoint_id)
    _check_listening(held)
    _check_heard(held, delivery.event)
    siblings = Delivery.objects.filter(endpoint=held, event=delivery.event_id)
    if siblings.filter(state=Delivery.State.WAITING).exists():
        raise NothingToSend("This event is on its way to the endpoint already.")
    last = siblings.aggregate(last=Max("number"))["last"]
    queue.send_soon()
    return Delivery.objects.create(endpoint=held, event_id=delivery.event_id, number=last + 1, created_at=at, due_at=at)


def _check_listening(endpoint: WebhookEndpoint) -> None:
    if not endpoint.enabled:
        raise NothingToSend(f"The endpoint is disabled ({endpoint.disabled_reason}): enable it first.")


def _check_heard(endpoint: WebhookEndpoint, event: Event) -> None:
    """What it was told once is sent again only as long as it hears of such things: its key may be another one by now."""
    heard = event.kind in endpoint.kinds and events.within(event.territory, endpoint.territories)
    if event.kind != Event.Kind.TEST and not heard:
        raise NothingToSend("The endpoint does not hear of this any more: let it hear of it again first.")
