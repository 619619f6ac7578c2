"""Webhook endpoints: made, changed and taken away by their partner, disabled by us when nothing arrives there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction

from catalog.errors import EndpointChanged, EndpointRefused, TooManyEndpoints
from catalog.models import Delivery, Partner, PartnerKey, User, WebhookEndpoint
from catalog.outward import guard, signing
from catalog.outward.guard import Allowed, Refused, Resolver
from catalog.selectors.changes import missing
from catalog.selectors.endpoints import within
from catalog.services import sealing
from mlops import audit
from mlops.ports import Actor

MOST = 10  # of a partner, live ones and those for trying out apart
LONGEST_OVERLAP = 168  # hours that a secret signs beside the one that takes its place
BY_PARTNER = "disabled by the partner"
REMOVED = "being removed by the partner"
CHUNK = 500  # deliveries that are let go at once, with all their tries
FIELDS = ("url", "description", "kinds", "territories", "enabled")  # what a partner sets


@dataclass(frozen=True)
class KeyActor:
    """A partner's key, as the one who does something: known by its number."""

    subject_id: str


def actor(key: PartnerKey) -> KeyActor:
    return KeyActor(f"partner_key:{key.pk}")


@lru_cache(maxsize=4)
def _allowed(text: str) -> Allowed:
    return guard.allowed(text)


def allowed() -> Allowed:
    """Return what settings allow to be private."""
    return _allowed(settings.WEBHOOK_ALLOW)


def check_url(url: str, *, resolve: Resolver = guard.looked_up) -> None:
    """Raise EndpointRefused for an address that nothing would be sent to.

    A name that is not known (yet) passes: it is looked up again at every sending. Not within a transaction, since it asks
    the network.
    """
    try:
        guard.checked(guard.taken_apart(url, allowed()), allowed(), guard.in_time(resolve))
    except Refused as error:
        raise EndpointRefused("url", f"The address {error}") from error
    except OSError:
        return


@audit.governed()
def create(
    *, key: PartnerKey, url: str, kinds: list[str], description: str, territories: list[str] | None, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint and return it with its secret, which is not shown again. Its address was checked before.

    territories: None means those of the key. Raises EndpointRefused, TooManyEndpoints.
    """
    heard = list(key.territories) if territories is None else territories
    _check_territories(heard, key)
    _check_kinds(kinds, key)
    Partner.objects.select_for_update().get(pk=key.partner_id)  # counted by one at a time
    if WebhookEndpoint.objects.filter(partner=key.partner_id, test=key.test).count() >= MOST:
        raise TooManyEndpoints(f"A partner has at most {MOST} endpoints: remove one, or let one hear of more.")
    plain = signing.new_secret()
    endpoint = WebhookEndpoint(partner=key.partner, test=key.test, url=url, description=description, kinds=kinds)
    endpoint.territories, endpoint.sealed_secret, endpoint.created_at = heard, sealing.seal(plain), at
    _save(endpoint, "created", by=actor(key), at=at, partner=key.partner_id)
    return endpoint, plain


@audit.governed()
def change(*, endpoint: WebhookEndpoint, key: PartnerKey, at: datetime, **wanted: Any) -> WebhookEndpoint:
    """Set what is wanted of url, description, kinds, territories and enabled, on the state that was read.

    Raises EndpointRefused, and EndpointChanged when it is in another state by now.
    """
    held = _held(endpoint, endpoint.revision)
    _check_territories(wanted.get("territories", held.territories), key)
    _check_kinds(wanted.get("kinds", held.kinds), key)
    moved = [name for name in FIELDS if name in wanted and wanted[name] != getattr(held, name)]
    if not moved:
        return held
    for name in moved:
        setattr(held, name, wanted[name])
    if "url" in moved:
        held.failing_since = None  # nothing was sent there yet
    if "enabled" in moved:
        _switched(held, "" if held.enabled else BY_PARTNER, at)
    _save(held, "changed", by=actor(key), at=at, fields=moved)
    return held


def remove(*, endpoint: WebhookEndpoint, key: PartnerKey, at: datetime) -> None:
    """Take an endpoint away with all its deliveries. Raises EndpointChanged.

    It is told of nothing more first; then its deliveries go in chunks, so that nobody waits for all of them; then it goes.
    """
    held = _silenced(endpoint, key, at)
    waste = Delivery.objects.filter(endpoint=held).order_by("pk").values_list("pk", flat=True)
    while keys := list(waste[:CHUNK]):
        with transaction.atomic():
            Delivery.objects.filter(pk__in=keys).delete()
    _removed(held, key, at)


@audit.governed()
def _silenced(endpoint: WebhookEndpoint, key: PartnerKey, at: datetime) -> WebhookEndpoint:
    held = _held(endpoint, endpoint.revision)
    if held.enabled:
        _switched(held, REMOVED, at)
        _save(held, "disabled", by=actor(key), at=at, reason=REMOVED)
    return held


@audit.governed()
def _removed(endpoint: WebhookEndpoint, key: PartnerKey, at: datetime) -> None:
    held = _held(endpoint, endpoint.revision)
    _remember(held, by=actor(key), at=at, reason="removed")
    held.delete()
    audit.record("webhook_endpoint.removed", f"webhook_endpoint:{endpoint.uid}", by=actor(key), at=at)


@audit.governed()
def roll_secret(
    *, endpoint: WebhookEndpoint, key: PartnerKey, overlap_hours: int, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret and return both; the old one signs too for so many hours."""
    held, plain = _held(endpoint), signing.new_secret()
    held.old_secret_until = at + timedelta(hours=overlap_hours) if overlap_hours else None
    held.sealed_old_secret = held.sealed_secret if overlap_hours else ""
    held.sealed_secret = sealing.seal(plain)
    _save(held, "secret-rolled", by=actor(key), at=at, overlap_hours=overlap_hours)
    return held, plain


@audit.governed()
def disable(*, endpoint: WebhookEndpoint, by: Actor, at: datetime, reason: str) -> WebhookEndpoint:
    """Tell an endpoint of nothing any more; what waits is dropped. Raises EndpointRefused without a reason."""
    if not reason.strip():
        raise EndpointRefused("reason", "Say why this endpoint is disabled: its partner reads it.")
    held = _held(endpoint)
    if held.enabled:
        _switched(held, reason.strip()[:200], at)
        _save(held, "disabled", by=by, at=at, reason=reason.strip())
    return held


@audit.governed()
def enable(*, endpoint: WebhookEndpoint, by: Actor, at: datetime) -> WebhookEndpoint:
    """Tell an endpoint again of what happens from now on."""
    held = _held(endpoint)
    if not held.enabled:
        _switched(held, "", at)
        _save(held, "enabled", by=by, at=at)
    return held


def secrets_of(endpoint: WebhookEndpoint, at: datetime) -> list[str]:
    """Return the secrets that sign at a moment, the new one first. Raises CatalogError."""
    sealed = [endpoint.sealed_secret]
    if endpoint.old_secret_until and endpoint.old_secret_until > at:
        sealed.append(endpoint.sealed_old_secret)
    return [sealing.unseal(one) for one in sealed]


def _check_territories(territories: list[str], key: PartnerKey) -> None:
    if not within(territories, key):
        known = ", ".join(sorted(key.territories))
        raise EndpointRefused("territories", f"The key knows the rights of {known} alone: name some of these.")


def _check_kinds(kinds: list[str], key: PartnerKey) -> None:
    lacking = missing(kinds, key)
    if lacking:
        told = ", ".join(f"{kind} ({scope})" for kind, scope in lacking.items())
        raise EndpointRefused("kinds", f"kinds ask for scopes that the key lacks: {told}.")


def _held(endpoint: WebhookEndpoint, revision: int | None = None) -> WebhookEndpoint:
    """Return the row, locked; in the state of a revision, where one is given. Raises EndpointChanged."""
    rows = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(pk=endpoint.pk)
    held = rows.first()
    if held is None or revision not in (None, held.revision):
        raise EndpointChanged("It was changed since you read it: read it again, and decide anew.")
    return held


def _switched(held: WebhookEndpoint, reason: str, at: datetime) -> None:
    """Note that it is disabled for a reason, or enabled for none; what waits for one that is disabled is dropped."""
    held.enabled, held.disabled_reason, held.failing_since = not reason, reason, None
    if reason:
        waiting = Delivery.objects.filter(endpoint=held, state=Delivery.State.WAITING)
        waiting.update(state=Delivery.State.DROPPED, ended_at=at, claimed_until=None)


def _save(held: WebhookEndpoint, act: str, *, by: Actor, at: datetime, reason: str = "", **detail: Any) -> None:
    """Write the row, who did what to it, and why."""
    if held.pk:
        held.revision += 1
    held.changed_at = at
    _remember(held, by=by, at=at, reason=reason or act)
    held.save()
    audit.record(f"webhook_endpoint.{act}", f"webhook_endpoint:{held.uid}", by=by, at=at, reason=reason, **detail)


def _remember(held: WebhookEndpoint, *, by: Actor, at: datetime, reason: str) -> None:
    row: Any = held
    if isinstance(by, User):
        row._history_user = by
    row._history_date, row._change_reason = at, reason
