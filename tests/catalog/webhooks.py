"""What tests of webhooks stand on: an endpoint whose secret is known, films and licences that change by the house's ways."""

from datetime import datetime
from typing import Any

from django.db import connection

from catalog.models import Delivery, Event, PartnerKey, WebhookEndpoint
from catalog.models.webhooks import TOLD
from catalog.outward import signing
from catalog.services import events, outgoing, sealing
from tests.catalog.api_calls import new_key
from tests.factories import partners as make
from tests.factories.mlops import NOON


def listening(url: str, key: PartnerKey | None = None, **given: Any) -> tuple[WebhookEndpoint, str]:
    """An endpoint that hears of everything, and its secret."""
    key, secret = key or new_key()[0], signing.new_secret()
    fields = {"test": key.test, "kinds": list(TOLD), "sealed_secret": sealing.seal(secret), "url": url}
    return make.make_endpoint(key.partner, **{**fields, **given}), secret


def kinds() -> list[str]:
    """The kinds of all that the feed tells, in its order."""
    return list(Event.objects.told().order_by("seq").values_list("kind", flat=True))


def told(kind: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(kind=kind).order_by("seq").values_list("data", flat=True))


def announce(at: datetime = NOON) -> int:
    """Tell all there is to tell."""
    found, whole = events.announce(at=at), 0
    while found:
        whole += found
        found = events.announce(at=at)
    return whole


def send(at: datetime) -> int:
    """Send what is due at a moment that stands still."""
    return outgoing.send_due(clock=lambda: at)


def states(endpoint: WebhookEndpoint) -> list[str]:
    return list(Delivery.objects.filter(endpoint=endpoint).order_by("pk").values_list("state", flat=True))


def waiting(endpoint: WebhookEndpoint, number: int = 1, **data: Any) -> list[Delivery]:
    """Events on their way to an endpoint, oldest first."""
    return [make.make_delivery(endpoint, make.make_event(data={"movie": n, **data})) for n in range(number)]


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def in_a_thread(act: Any) -> None:
    """Do something that asks the database, and leave no connection behind."""
    try:
        act()
    finally:
        connection.close()
