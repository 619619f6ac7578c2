"""The one sequencer: it writes what partners are told of in one order, and puts it on the way to whoever listens."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from catalog import queue
from catalog.models import Delivery, Event, WebhookEndpoint
from catalog.selectors import untold
from catalog.selectors.untold import Untold
from catalog.territories import WORLD

ANNOUNCE_LOCK = 7011  # the advisory lock that lets one sequencer through at a time
AT_ONCE, DELIVERIES = 500, 5_000  # events of one transaction, and deliveries, at most
KEPT = timedelta(days=30)  # the feed promises 14, and a row is looked for no longer than that
CHUNK = 100  # events that are let go at once, with all their deliveries


def announce(*, at: datetime) -> int:
    """Tell what happened and was not told yet, and return how many events that made; asked in vain, it writes nothing."""
    if not untold.find(at=at, most=1):
        return 0
    return _announce(at)


@transaction.atomic
def _announce(at: datetime) -> int:
    lock(ANNOUNCE_LOCK)
    listening = WebhookEndpoint.objects.filter(enabled=True, partner__active=True)
    endpoints = list(listening.select_for_update(of=("self",)).order_by("pk"))
    most = max(1, min(AT_ONCE, DELIVERIES // max(1, len(endpoints))))
    found = untold.find(at=at, most=most)  # again: another sequencer may have been first
    events = Event.objects.bulk_create([_event(one, at) for one in found])
    sent = [
        Delivery(endpoint=endpoint, event=event, created_at=at, due_at=at)
        for event, one in zip(events, found, strict=True)
        for endpoint in endpoints
        if hears(endpoint, one)
    ]
    Delivery.objects.bulk_create(sent, batch_size=1_000)
    if sent:
        queue.send_soon()
    if len(found) >= most:
        queue.announce_soon()
    return len(events)


def hears(endpoint: WebhookEndpoint, one: Untold) -> bool:
    """Say whether an endpoint is told: it listens to the kind, and it is everybody's or its own partner's, as test or live.

    What happened before it was made is in the feed.
    """
    if one.at < endpoint.created_at:
        return False
    own = endpoint.partner_id == one.partner and endpoint.test == one.test
    known = own if one.partner else not endpoint.test
    return known and one.kind in endpoint.kinds and within(one.territory, endpoint.territories)


def within(territory: str, territories: Iterable[str]) -> bool:
    """Say whether what concerns a territory concerns any of these; none means all, and what holds worldwide holds there."""
    return not territory or not territories or territory == WORLD or territory in territories


def _event(one: Untold, at: datetime) -> Event:
    return Event(
        kind=one.kind,
        origin=one.origin,
        at=one.at,
        written_at=at,
        partner_id=one.partner,
        territory=one.territory,
        data=one.data,
    )


def lock(number: int) -> None:
    """Let one through: SQLite's BEGIN IMMEDIATE already does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def thin(*, at: datetime) -> int:
    """Let go of events that are older than the feed keeps, their deliveries with them; return how many."""
    old = Event.objects.filter(written_at__lt=at - KEPT).order_by("seq")
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            Event.objects.filter(pk__in=keys).delete()
        gone += len(keys)
    return gone
