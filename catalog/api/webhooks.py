"""Webhook endpoints of a partner: made, read, changed, removed, and their secrets rolled."""

import hashlib
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import bodies, params
from catalog.api.authentication import key_of
from catalog.api.base import PartnerView, check_match
from catalog.api.errors import Refused
from catalog.api.idempotency import once
from catalog.api.schema import IDEMPOTENCY, IDEMPOTENCY_KEY, IF_MATCH, described
from catalog.api.webhook_shapes import (
    EndpointBody,
    EndpointChange,
    EndpointItem,
    EndpointsSerializer,
    EndpointWithSecret,
    RollBody,
)
from catalog.errors import EndpointRefused
from catalog.models import PartnerKey, WebhookEndpoint
from catalog.selectors import endpoints as found
from catalog.services import endpoints

MATCHING = ("precondition_failed", "precondition_required")


def of(request: Request, uid: str) -> WebhookEndpoint:
    """Return the endpoint of an address. Raises Refused for one that is not there, or somebody else's."""
    endpoint = found.one(key_of(request), uid)
    if endpoint is None:
        raise Refused("not_found", "There is no such endpoint.")
    return endpoint


def etag(endpoint: WebhookEndpoint) -> str:
    """Return what tells one state of an endpoint from another; that it fails, or arrives again, is one too."""
    state = f"{endpoint.uid} {endpoint.revision} {endpoint.failing_since}"
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:40]}"'


def address(endpoint: WebhookEndpoint) -> str:
    return reverse("api-webhook", args=[endpoint.uid])


def told(error: EndpointRefused) -> Refused:
    """Return a refusal of the service as one of a place in the body."""
    fault = {"pointer": f"/{error.field}", "code": "bad_value", "detail": str(error)}
    return Refused("bad_body", str(error), [fault])


def _with_secret(endpoint: WebhookEndpoint, plain: str) -> Response:
    body = {**EndpointItem(endpoint).data, "secret": plain}
    return Response(body, status=201, headers={"Location": address(endpoint), "ETag": etag(endpoint)})


class Endpoints(PartnerView):
    """All endpoints, and new ones."""

    scope = PartnerKey.Scope.WEBHOOKS_READ
    write_scope = PartnerKey.Scope.WEBHOOKS_WRITE
    http_method_names = ["get", "head", "post"]

    @described("webhooks", "All webhook endpoints", EndpointsSerializer)
    def get(self, request: Request) -> HttpResponseBase:
        params.read(request, self.parameters)
        return Response(EndpointsSerializer({"data": found.of_key(key_of(request))}).data)

    @described(
        "createWebhook",
        f"A new webhook endpoint; at most {endpoints.MOST}",
        EndpointWithSecret,
        sends=EndpointBody,
        status=201,
        headers=[IDEMPOTENCY_KEY],
        problems=[*IDEMPOTENCY, "protected_field", "too_many_endpoints"],
    )
    def post(self, request: Request) -> HttpResponseBase:
        params.read(request, self.parameters)
        wanted: dict[str, Any] = {"description": "", "territories": None} | bodies.read(request, EndpointBody)
        try:
            endpoints.check_url(wanted["url"])  # before the transaction, since it asks the network
            return once(request, lambda: self._made(request, wanted), secret=True)
        except EndpointRefused as error:
            raise told(error) from error

    def _made(self, request: Request, wanted: dict[str, Any]) -> Response:
        return _with_secret(*endpoints.create(key=key_of(request), at=timezone.now(), **wanted))


class OneEndpoint(PartnerView):
    """One endpoint."""

    scope = PartnerKey.Scope.WEBHOOKS_READ
    write_scope = PartnerKey.Scope.WEBHOOKS_WRITE
    http_method_names = ["get", "head", "patch", "delete"]

    @described("webhook", "One webhook endpoint", EndpointItem, problems=["not_found"])
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        endpoint = of(request, uid)
        return Response(EndpointItem(endpoint).data, headers={"ETag": etag(endpoint)})

    @described(
        "changeWebhook",
        "Change a webhook endpoint",
        EndpointItem,
        sends=EndpointChange,
        headers=[IF_MATCH],
        problems=["not_found", "protected_field", *MATCHING],
    )
    def patch(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        endpoint = of(request, uid)
        wanted = bodies.read(request, EndpointChange, partial=True)
        check_match(request, etag(endpoint))
        try:
            if "url" in wanted:
                endpoints.check_url(wanted["url"])
            changed = endpoints.change(endpoint=endpoint, key=key_of(request), at=timezone.now(), **wanted)
        except EndpointRefused as error:
            raise told(error) from error
        return Response(EndpointItem(changed).data, headers={"ETag": etag(changed)})

    @described(
        "removeWebhook",
        "Remove a webhook endpoint and its deliveries",
        None,
        status=204,
        changes=True,
        headers=[IF_MATCH],
        problems=["not_found", *MATCHING],
    )
    def delete(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        endpoint = of(request, uid)
        check_match(request, etag(endpoint))
        endpoints.remove(endpoint=endpoint, key=key_of(request), at=timezone.now())
        return Response(status=204)


class Secret(PartnerView):
    """The secret of an endpoint, replaced."""

    scope = PartnerKey.Scope.WEBHOOKS_WRITE
    http_method_names = ["post"]

    @described(
        "rollWebhookSecret",
        "Give an endpoint a new secret",
        EndpointWithSecret,
        sends=RollBody,
        status=201,
        headers=[IDEMPOTENCY_KEY],
        problems=[*IDEMPOTENCY, "not_found"],
    )
    def post(self, request: Request, uid: str) -> HttpResponseBase:
        params.read(request, self.parameters)
        endpoint = of(request, uid)
        overlap = bodies.read(request, RollBody)["overlap_hours"]

        def act() -> Response:
            facts = {"key": key_of(request), "overlap_hours": overlap, "at": timezone.now()}
            return _with_secret(*endpoints.roll_secret(endpoint=endpoint, **facts))

        return once(request, act, secret=True)
