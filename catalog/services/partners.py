"""Partner keys: issued and shown once, rolled, revoked, recognised. Only a hash is kept."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from catalog.errors import KeyRefused
from catalog.key_text import new_secret, well_formed
from catalog.models import Partner, PartnerKey, User
from catalog.prepared import Prepared
from catalog.territories import COUNTRIES
from catalog.versions import VERSIONS
from mlops import audit
from mlops.ports import Actor

LONGEST = timedelta(days=2 * 366)  # how long a key may live
LONGEST_WRITING = timedelta(days=366)  # one that may write
LONGEST_OVERLAP = timedelta(days=7)  # how long a key lives on beside the one that takes its place
KEYS = Prepared(lambda: PartnerKey.objects.select_related("partner").filter(hash="here").order_by("pk"), "here")
MOST_NAME, MOST_LABEL, MOST_NETWORKS = 100, 60, 20


@dataclass(frozen=True)
class Terms:
    """What a key may do, until when and from where. Empty territories, networks: all. version: of the API's behaviour."""

    scopes: tuple[str, ...]
    expires_at: datetime
    territories: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    test: bool = False
    label: str = ""
    version: str = ""

    @classmethod
    def asked(cls, scopes: Iterable[str], expires_at: datetime, **more: Any) -> "Terms":
        """Return terms with every list sorted and once."""
        lists: dict[str, Any] = {name: tuple(sorted(set(more.pop(name, ())))) for name in ("territories", "networks")}
        return cls(tuple(sorted(set(scopes))), expires_at, **lists, **more)

    def columns(self) -> dict[str, Any]:
        """Return them as the columns of a key."""
        lists = {name: list(getattr(self, name)) for name in ("scopes", "territories", "networks")}
        return lists | {name: getattr(self, name) for name in ("expires_at", "test", "label", "version")}


@audit.governed()
def issue_key(
    *, partner: Partner, scopes: Iterable[str], expires_at: datetime, by: Actor, at: datetime, **more: Any
) -> tuple[PartnerKey, str]:
    """Make a key and return it with its secret, which is never shown again. Raises KeyRefused naming what is wrong.

    more: territories, networks, test, label, version, as in Terms.
    """
    terms = Terms.asked(scopes, expires_at, **more)
    _check_terms(partner, terms, at)
    return _made(partner, terms, "partner_key.issued", "issued", by=by, at=at)


@audit.governed()
def roll_key(
    *, key: PartnerKey, overlap: timedelta, expires_at: datetime, by: Actor, at: datetime
) -> tuple[PartnerKey, str]:
    """Issue a key on the terms of another, which lives on for the overlap, and return it with its secret.

    Raises KeyRefused: the old one opens nothing any more, or was rolled before, or the overlap or end is out of bounds.
    """
    held = _held(key)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise KeyRefused(f"overlap: the old key lives on for up to {LONGEST_OVERLAP.days} days, or ends at once.")
    if held.expires_at <= at:
        raise KeyRefused(f"The key {held} expired on {held.expires_at:%-d %B %Y}: issue a new one.")
    if held.rolled_to.exists():
        raise KeyRefused(f"The key {held} was rolled before: roll the one that took its place.")
    terms = Terms.asked(
        held.scopes,
        expires_at,
        territories=held.territories,
        networks=held.networks,
        test=held.test,
        label=held.label,
        version=held.version,
    )
    _check_terms(held.partner, terms, at)
    made = _made(held.partner, terms, "partner_key.rolled", "rolled", by=by, at=at, rolled_from=held)
    held.expires_at = max(min(held.expires_at, at + overlap), held.created_at + timedelta(microseconds=1))
    _remember(held, by=by, at=at, reason=f"rolled: ends with {held.expires_at:%Y-%m-%d %H:%M} UTC")
    held.save(update_fields=["expires_at"])
    ends = held.expires_at.astimezone(UTC).isoformat()
    audit.record("partner_key.shortened", f"partner_key:{held.pk}", by=by, at=at, heir=made[0].pk, expires_at=ends)
    return made


def _made(
    partner: Partner, terms: Terms, act: str, reason: str, *, by: Actor, at: datetime, rolled_from: Any = None
) -> tuple[PartnerKey, str]:
    plain = new_secret(test=terms.test)
    key = PartnerKey(
        partner=partner,
        hash=_hash(plain),
        last_four=plain[-4:],
        created_at=at,
        rolled_from=rolled_from,
        **terms.columns(),
    )
    _remember(key, by=by, at=at, reason=reason)
    key.save()
    told: dict[str, Any] = {"partner": partner.pk, "scopes": list(terms.scopes), "test": terms.test}
    told |= {name: list(getattr(terms, name)) for name in ("territories", "networks") if getattr(terms, name)}
    if rolled_from:
        told["rolled_from"] = rolled_from.pk
    expires = terms.expires_at.astimezone(UTC).isoformat()
    audit.record(act, f"partner_key:{key.pk}", by=by, at=at, **told, expires_at=expires)
    return key, plain


@audit.governed()
def issue_key_to(
    *, name: str, scopes: Iterable[str], expires_at: datetime, by: Actor, at: datetime, **more: Any
) -> tuple[PartnerKey, str]:
    """Issue a key to the partner of this name, who is made when missing. Raises KeyRefused."""
    name = name.strip()
    if not name.isprintable() or not 1 <= len(name) <= MOST_NAME:
        raise KeyRefused(f"A partner's name has 1 to {MOST_NAME} letters and no control characters.")
    partner = Partner.objects.filter(name=name).first() or Partner(name=name)
    if partner.pk is None:
        _remember(partner, by=by, at=at, reason="made for its first key")
        partner.save()
    return issue_key(partner=partner, scopes=scopes, expires_at=expires_at, by=by, at=at, **more)


@audit.governed()
def revoke_key(*, key: PartnerKey, by: Actor, at: datetime, reason: str) -> PartnerKey:
    """End a key at once and return it. Raises KeyRefused without a reason, or when it was revoked before."""
    reason = reason.strip()
    if not reason:
        raise KeyRefused("Give the reason for revoking this key: it stays in its history.")
    held = _held(key)
    held.revoked_at = at
    _remember(held, by=by, at=at, reason=reason)
    held.save(update_fields=["revoked_at"])
    audit.record("partner_key.revoked", f"partner_key:{held.pk}", by=by, at=at, reason=reason)
    return held


def _held(key: PartnerKey) -> PartnerKey:
    """Return the key, locked. Raises KeyRefused when it was revoked."""
    held = PartnerKey.objects.select_for_update(of=("self",)).select_related("partner").get(pk=key.pk)
    if held.revoked_at:
        raise KeyRefused(f"The key {held} was revoked before, on {held.revoked_at:%-d %B %Y}.")
    return held


def authenticate(plain: str, at: datetime, address: str = "") -> PartnerKey:
    """Return the usable key with this secret. Raises KeyRefused saying why there is none.

    It is looked up by its hash, so the time taken tells nothing about other keys. address: where it is used from.
    """
    key = KEYS.first(_hash(plain))
    if key is None and not well_formed(plain):
        raise KeyRefused("This is not a whole key of ours: copy it again, from rmk_ to its last sign.")
    if key is None:
        raise KeyRefused("This key is not known here.")
    if key.revoked_at:
        raise KeyRefused(f"This key was revoked on {key.revoked_at:%-d %B %Y}. Ask for a new one.")
    if key.expires_at <= at:
        raise KeyRefused(f"This key expired on {key.expires_at:%-d %B %Y}. Ask for a new one.")
    if not key.partner.active:
        raise KeyRefused("This key's partner is not active. Write to us.")
    if key.networks and not _is_within(address, key.networks):
        raise KeyRefused("This key is not used from here: it names the networks it is good for.")
    return key


def _is_within(address: str, networks: Iterable[str]) -> bool:
    try:
        here = ip_address(address)
    except ValueError:
        return False
    return any(here in ip_network(network) for network in networks)


def _check_terms(partner: Partner, terms: Terms, at: datetime) -> None:
    known = PartnerKey.Scope.values
    writes = any(scope.endswith(":write") for scope in terms.scopes)
    longest = LONGEST_WRITING if writes else LONGEST
    if not partner.active:
        raise KeyRefused(f"{partner} is not active: make the partner active before issuing a key.")
    if not terms.scopes or not set(terms.scopes) <= set(known):
        raise KeyRefused(f"scopes: choose one or more of {', '.join(known)}.")
    if not at < terms.expires_at <= at + longest:
        kind = "that may write " if writes else ""
        raise KeyRefused(f"expires_at: a key {kind}lives at least a moment and at most {longest.days} days.")
    if not set(terms.territories) <= set(COUNTRIES):
        raise KeyRefused(f"territories: choose among {', '.join(COUNTRIES)}, or none for all.")
    if len(terms.label) > MOST_LABEL or not terms.label.isprintable():
        raise KeyRefused(f"label: at most {MOST_LABEL} letters, without control characters.")
    if terms.version not in ("", *VERSIONS):
        raise KeyRefused(f"version: one of {', '.join(VERSIONS)}.")
    for network in terms.networks[: MOST_NETWORKS + 1]:
        _check_network(network)
    if len(terms.networks) > MOST_NETWORKS:
        raise KeyRefused(f"networks: at most {MOST_NETWORKS}.")


def _check_network(text: str) -> None:
    try:
        ip_network(text)
    except ValueError as error:
        raise KeyRefused(f"networks: {text[:50]} is no network such as 192.0.2.0/24 or 2001:db8::/32.") from error


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


def _remember(row: Partner | PartnerKey, *, by: Actor, at: datetime, reason: str) -> None:
    """Tell the history who, when and why."""
    if isinstance(by, User):
        row._history_user = by  # type: ignore[union-attr]
    row._history_date = at  # type: ignore[union-attr]
    row._change_reason = reason  # type: ignore[union-attr]
