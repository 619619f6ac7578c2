"""A partner's webhook endpoints, as one of its keys may see them."""

from django.db.models import Prefetch

from catalog.models import Delivery, DeliveryAttempt, PartnerKey, WebhookEndpoint
from catalog.selectors.changes import missing


def of_key(key: PartnerKey) -> list[WebhookEndpoint]:
    """Return the endpoints of the key's partner and kind, oldest first: those that hear of no more than the key may know."""
    rows = WebhookEndpoint.objects.filter(partner=key.partner_id, test=key.test).order_by("pk")
    return [row for row in rows if within(row.territories, key) and not missing(row.kinds, key)]


def within(territories: list[str], key: PartnerKey) -> bool:
    """Say whether what hears of these territories (none: of all) hears of no more than the key may know."""
    return not key.territories or (bool(territories) and set(territories) <= set(key.territories))


def one(key: PartnerKey, uid: str) -> WebhookEndpoint | None:
    """Return the endpoint with this id, if the key may see it."""
    return next((endpoint for endpoint in of_key(key) if endpoint.uid == uid), None)


def delivery(endpoint: WebhookEndpoint, uid: str) -> Delivery | None:
    """Return a delivery to an endpoint with its event and its tries, or None."""
    tries = Prefetch("tries", DeliveryAttempt.objects.order_by("number"))
    rows = Delivery.objects.select_related("event").prefetch_related(tries)
    return rows.filter(endpoint=endpoint, uid=uid).first()
