"""The bodies of webhook endpoints and deliveries, sent and answered."""

from typing import Any

from rest_framework import serializers

from catalog.api import bodies, sent
from catalog.api.fields import Lower
from catalog.models import Delivery, WebhookEndpoint
from catalog.models.webhooks import TOLD
from catalog.outward.guard import LONGEST
from catalog.services.endpoints import LONGEST_OVERLAP
from catalog.territories import TERRITORIES

URL_HELP = (
    "https, on port 443, and of the open internet: private addresses are refused, at saving and at every sending."
)
OURS = ("id", "disabled_reason", "test", "failing_since", "old_secret_until", "created_at", "changed_at")
SENT = (*TOLD, "endpoint.test")
STATES = {state.lower(): state for state in Delivery.State.values}
STATE_WORDS = list(STATES)
KINDS_HELP = "What it is told of; each kind needs the key's scope of what it tells of."
TERRITORIES_HELP = "Whose rights it is told of; none: all that the key may know. What holds worldwide is always told."


class EndpointBody(bodies.Body):
    """A new endpoint."""

    ours = OURS
    url = sent.Text(max_length=LONGEST, help_text=URL_HELP)
    kinds = sent.Words(TOLD, allow_empty=False, min_length=1, help_text=KINDS_HELP)
    description = sent.Text(max_length=200, allow_blank=True, required=False)
    territories = sent.Words(list(TERRITORIES), required=False, help_text=TERRITORIES_HELP)


class EndpointChange(bodies.Body):
    """What is to be changed of an endpoint; what is left out stays."""

    ours = OURS
    url = sent.Text(max_length=LONGEST, required=False, help_text=URL_HELP)
    kinds = sent.Words(TOLD, allow_empty=False, min_length=1, required=False, help_text=KINDS_HELP)
    description = sent.Text(max_length=200, allow_blank=True, required=False)
    territories = sent.Words(list(TERRITORIES), required=False, help_text=TERRITORIES_HELP)
    enabled = sent.Flag(required=False, help_text="false: it is told of nothing, and what waits is dropped.")


class RollBody(bodies.Body):
    """How a secret is replaced."""

    overlap_hours = sent.WholeNumber(
        min_value=0, max_value=LONGEST_OVERLAP, help_text="So long the old secret signs too; 0: no more from now on."
    )


class EndpointItem(serializers.Serializer[WebhookEndpoint]):
    """An endpoint."""

    id = serializers.CharField(source="uid")
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=list(TOLD)))
    territories = serializers.ListField(child=serializers.ChoiceField(choices=list(TERRITORIES)))
    enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField(help_text="Empty while it is enabled.")
    test = serializers.BooleanField(help_text="Made by a key for trying out.")
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="The first failure since something last arrived; after five days it is disabled."
    )
    old_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before the present one signs too."
    )
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class EndpointsSerializer(serializers.Serializer[Any]):
    data = EndpointItem(many=True)  # type: ignore[assignment]


class EndpointWithSecret(EndpointItem):
    """An endpoint with its secret, which is shown this once."""

    secret = serializers.CharField(help_text="whsec_ and 32 bytes in base 64: keep it, it is not shown again.")


class AttemptItem(serializers.Serializer[Any]):
    """One try."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    took_ms = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True, help_text="What the receiver answered; null when nothing came.")
    problem = serializers.CharField(help_text="Why it failed; empty when it arrived.")
    answer = serializers.CharField(help_text="The first 1,000 characters of the answer.")


class DeliveryItem(serializers.Serializer[Delivery]):
    """An event on its way to an endpoint."""

    id = serializers.CharField(source="uid")
    event = serializers.CharField(source="event.uid", help_text="Sent as webhook-id, the same at every try and replay.")
    kind = serializers.ChoiceField(choices=list(SENT), source="event.kind")
    number = serializers.IntegerField(help_text="1; of a replay the next number.")
    state = Lower(choices=STATE_WORDS)
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="When it is, or was, tried next.")
    ended_at = serializers.DateTimeField(allow_null=True)


class DeliveriesSerializer(serializers.Serializer[Any]):
    data = DeliveryItem(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True)


class DeliverySerializer(DeliveryItem):
    """One delivery with every try."""

    tries = AttemptItem(many=True)
