"""Rows of the partner API for tests: what partners sent, what they are told, how they used their keys."""

import itertools
from datetime import timedelta
from typing import Any

from catalog.models import (
    ApiCall,
    Delivery,
    DeliveryAttempt,
    Event,
    IdempotentCall,
    KeyUse,
    Movie,
    Partner,
    PartnerImport,
    PartnerKey,
    PartnerPlay,
    PartnerTally,
    Rater,
    Usage,
    WebhookEndpoint,
)
from catalog.models.webhooks import TOLD
from tests.factories.catalog import make_movie, make_partner, make_partner_key, make_rater
from tests.factories.mlops import NOON

_count = itertools.count(1)


def make_partner_rater(partner: Partner | None = None, reference: str = "", **given: Any) -> Rater:
    """A viewer of a partner, under the partner's own word for them."""
    return make_rater(
        Rater.Kind.PARTNER,
        partner=partner or make_partner(),
        reference=reference or f"viewer-{next(_count)}",
        **given,
    )


def make_partner_tally(partner: Partner | None = None, movie: Movie | None = None, **given: Any) -> PartnerTally:
    fields = {"votes": 1, "points": 80}
    return PartnerTally.objects.create(
        partner=partner or make_partner(), movie=movie or make_movie(), **{**fields, **given}
    )


def make_partner_play(rater: Rater | None = None, movie: Movie | None = None, **given: Any) -> PartnerPlay:
    times = {"watched_at": NOON, "recorded_at": NOON}
    return PartnerPlay.objects.create(
        rater=rater or make_partner_rater(), movie=movie or make_movie(), **{**times, **given}
    )


def make_partner_import(key: PartnerKey | None = None, **given: Any) -> PartnerImport:
    key = key or make_partner_key()[0]
    fields = {"form": PartnerImport.Form.NDJSON, "digest": "0" * 64, "size": 0, "created_at": NOON}
    return PartnerImport.objects.create(partner=key.partner, key=key, **{**fields, **given})


def make_event(kind: str = Event.Kind.MOVIE_UPDATED, **given: Any) -> Event:
    fields = {"origin": f"test:{next(_count)}", "at": NOON, "written_at": NOON}
    return Event.objects.create(kind=kind, **{**fields, **given})


def make_endpoint(partner: Partner | None = None, **given: Any) -> WebhookEndpoint:
    """An endpoint that hears of every kind of event."""
    fields = {
        "url": "https://partner.example/hooks",
        "kinds": list(TOLD),
        "sealed_secret": "none",
        "created_at": NOON,
        "changed_at": NOON,
    }
    return WebhookEndpoint.objects.create(partner=partner or make_partner(), **{**fields, **given})


def make_delivery(endpoint: WebhookEndpoint | None = None, event: Event | None = None, **given: Any) -> Delivery:
    fields = {"created_at": NOON, "due_at": NOON}
    return Delivery.objects.create(
        endpoint=endpoint or make_endpoint(), event=event or make_event(), **{**fields, **given}
    )


def make_attempt(delivery: Delivery | None = None, **given: Any) -> DeliveryAttempt:
    fields = {"number": 1, "at": NOON, "took_ms": 12, "status": 204}
    return DeliveryAttempt.objects.create(delivery=delivery or make_delivery(), **{**fields, **given})


def make_key_use(key: PartnerKey | None = None, **given: Any) -> KeyUse:
    return KeyUse.objects.create(key=key or make_partner_key()[0], **{"last_used_at": NOON, **given})


def make_usage(key: PartnerKey | None = None, **given: Any) -> Usage:
    fields = {"day": NOON.date(), "operation": "movies", "status": 200, "calls": 1}
    return Usage.objects.create(key=key or make_partner_key()[0], **{**fields, **given})


def make_call(key: PartnerKey | None = None, **given: Any) -> ApiCall:
    fields = {
        "request_id": f"{next(_count):032x}",
        "at": NOON,
        "method": "GET",
        "path": "/api/v1/movies",
        "operation": "movies",
        "status": 200,
        "took_ms": 3,
    }
    return ApiCall.objects.create(key=key or make_partner_key()[0], **{**fields, **given})


def make_idempotent_call(partner: Partner | None = None, **given: Any) -> IdempotentCall:
    fields = {
        "idempotency_key": f"key-{next(_count)}",
        "fingerprint": "0" * 64,
        "claimed_at": NOON - timedelta(seconds=1),
    }
    return IdempotentCall.objects.create(partner=partner or make_partner(), **{**fields, **given})
