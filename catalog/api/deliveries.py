"""Deliveries to an endpoint: every one on record with its tries, sent again when asked, and a test."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.base import PartnerView
from catalog.api.errors import Refused
from catalog.api.idempotency import once
from catalog.api.params import Parameter
from catalog.api.schema import IDEMPOTENCY, IDEMPOTENCY_KEY, described
from catalog.api.webhook_shapes import STATES, DeliveriesSerializer, DeliveryItem, DeliverySerializer
from catalog.api.webhooks import of
from catalog.models import Delivery, PartnerKey, WebhookEndpoint
from catalog.selectors import endpoints as found
from catalog.services import deliveries

state_asked = Parameter(
    "state", params.one_of(STATES), "Only deliveries in this state.", {"type": "string", "enum": list(STATES)}
)
SENDS: dict[str, Any] = {
    "status": 202,
    "changes": True,
    "headers": [IDEMPOTENCY_KEY],
    "problems": [*IDEMPOTENCY, "not_found", "nothing_to_send"],
}


def _one(endpoint: WebhookEndpoint, uid: str) -> Delivery:
    delivery = found.delivery(endpoint, uid)
    if delivery is None:
        raise Refused("not_found", "There is no such delivery to this endpoint.")
    return delivery


def _accepted(endpoint: WebhookEndpoint, delivery: Delivery) -> Response:
    address = reverse("api-delivery", args=[endpoint.uid, delivery.uid])
    return Response(DeliveryItem(delivery).data, status=202, headers={"Location": address})


class Test(PartnerView):
    """A test event, to this endpoint alone; it is in no feed."""

    scope = PartnerKey.Scope.WEBHOOKS_WRITE
    http_method_names = ["post"]

    @described("testWebhook", "Send an endpoint.test event", DeliveryItem, **SENDS)
    def post(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        endpoint = of(request, uid)
        return once(request, lambda: _accepted(endpoint, deliveries.send_test(endpoint=endpoint, at=timezone.now())))


class Deliveries(PartnerView):
    """What was sent to an endpoint, newest first."""

    scope = PartnerKey.Scope.WEBHOOKS_READ
    parameters = (state_asked, params.limit, params.cursor)

    @described(
        "deliveries",
        "What was sent to an endpoint",
        DeliveriesSerializer,
        parameters=parameters,
        problems=["not_found"],
    )
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        here = pagination.walk(request, asked)
        rows = Delivery.objects.filter(endpoint=of(request, uid)).select_related("event").order_by("-pk")
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        if here.after is not None:
            rows = rows.filter(pk__lt=here.after)
        page = pagination.page(request, here, list(rows[: here.limit + 1]), lambda row: row.pk)
        body = {"data": page.data, "has_more": page.has_more, "next_cursor": page.next_cursor}
        return Response(DeliveriesSerializer(body).data, headers={"Link": page.link} if page.link else {})


class OneDelivery(PartnerView):
    """One delivery with every try."""

    scope = PartnerKey.Scope.WEBHOOKS_READ

    @described("delivery", "One delivery with every try", DeliverySerializer, problems=["not_found"])
    def get(self, request: Request, uid: str, dlv: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        delivery = _one(of(request, uid), dlv)
        return Response(DeliverySerializer(delivery).data)


class Replay(PartnerView):
    """A delivery once more, under the same id of its event."""

    scope = PartnerKey.Scope.WEBHOOKS_WRITE
    http_method_names = ["post"]

    @described("replayDelivery", "Send a delivery once more", DeliveryItem, **SENDS)
    def post(self, request: Request, uid: str, dlv: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        endpoint = of(request, uid)
        delivery = _one(endpoint, dlv)
        return once(request, lambda: _accepted(endpoint, deliveries.replay(delivery=delivery, at=timezone.now())))
