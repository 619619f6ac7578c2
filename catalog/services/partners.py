"""Partner keys: issued and shown once, revoked, recognised. Only a hash is kept."""

import binascii
import hashlib
import re
import secrets
import string
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from catalog.errors import KeyRefused
from catalog.models import Partner, PartnerKey, User
from mlops import audit
from mlops.ports import Actor

PREFIX = "rmk_"
SIGNS = string.digits + string.ascii_uppercase + string.ascii_lowercase  # base 62: a double click selects the whole key
RANDOM, CHECK = 30, 6  # 30 signs of base 62 are 178 random bits
SHAPE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM + CHECK}}}")
LONGEST = timedelta(days=2 * 366)  # how long a key may live
MOST_NAME = 100


def new_secret() -> str:
    """Return a fresh key: rmk_, 30 random signs, and 6 that check them, so that a leaked key is known as ours offline."""
    stem = PREFIX + "".join(secrets.choice(SIGNS) for _ in range(RANDOM))
    return stem + checksum(stem)


def checksum(stem: str) -> str:
    """Return the CRC-32 of the text before it, as six signs of base 62."""
    rest, signs = binascii.crc32(stem.encode()), ""
    for _ in range(CHECK):
        rest, place = divmod(rest, len(SIGNS))
        signs = SIGNS[place] + signs
    return signs


def well_formed(plain: str) -> bool:
    """Say whether a text can be one of our keys: no database needed."""
    return SHAPE.fullmatch(plain) is not None and checksum(plain[:-CHECK]) == plain[-CHECK:]


@audit.governed()
def issue_key(
    *, partner: Partner, scopes: Iterable[str], expires_at: datetime, by: Actor, at: datetime
) -> tuple[PartnerKey, str]:
    """Make a key and return it with its secret, which is never shown again. Raises KeyRefused naming what is wrong."""
    asked = sorted(set(scopes))
    _check_terms(partner, asked, expires_at, at)
    plain = new_secret()
    key = PartnerKey(
        partner=partner, hash=_hash(plain), last_four=plain[-4:], scopes=asked, created_at=at, expires_at=expires_at
    )
    _remember(key, by=by, at=at, reason="issued")
    key.save()
    audit.record(
        "partner_key.issued",
        f"partner_key:{key.pk}",
        by=by,
        at=at,
        partner=partner.pk,
        scopes=asked,
        expires_at=expires_at.astimezone(UTC).isoformat(),
    )
    return key, plain


@audit.governed()
def issue_key_to(
    *, name: str, scopes: Iterable[str], expires_at: datetime, by: Actor, at: datetime
) -> tuple[PartnerKey, str]:
    """Issue a key to the partner of this name, who is made when missing. Raises KeyRefused."""
    name = name.strip()
    if not name.isprintable() or not 1 <= len(name) <= MOST_NAME:
        raise KeyRefused(f"A partner's name has 1 to {MOST_NAME} letters and no control characters.")
    partner = Partner.objects.filter(name=name).first() or Partner(name=name)
    if partner.pk is None:
        _remember(partner, by=by, at=at, reason="made for its first key")
        partner.save()
    return issue_key(partner=partner, scopes=scopes, expires_at=expires_at, by=by, at=at)


@audit.governed()
def revoke_key(*, key: PartnerKey, by: Actor, at: datetime, reason: str) -> PartnerKey:
    """End a key at once and return it. Raises KeyRefused without a reason, or when it was revoked before."""
    reason = reason.strip()
    if not reason:
        raise KeyRefused("Give the reason for revoking this key: it stays in its history.")
    held = PartnerKey.objects.select_for_update(of=("self",)).select_related("partner").get(pk=key.pk)
    if held.revoked_at:
        raise KeyRefused(f"The key {held} was revoked before, on {held.revoked_at:%-d %B %Y}.")
    held.revoked_at = at
    _remember(held, by=by, at=at, reason=reason)
    held.save(update_fields=["revoked_at"])
    audit.record("partner_key.revoked", f"partner_key:{held.pk}", by=by, at=at, reason=reason)
    return held


def authenticate(plain: str, at: datetime) -> PartnerKey:
    """Return the usable key with this secret. Raises KeyRefused saying why there is none.

    It is looked up by its hash, so the time taken tells nothing about other keys.
    """
    key = PartnerKey.objects.select_related("partner").filter(hash=_hash(plain)).first()
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
    return key


def _check_terms(partner: Partner, scopes: list[str], expires_at: datetime, at: datetime) -> None:
    known = PartnerKey.Scope.values
    if not partner.active:
        raise KeyRefused(f"{partner} is not active: make the partner active before issuing a key.")
    if not scopes or not set(scopes) <= set(known):
        raise KeyRefused(f"scopes: choose one or more of {', '.join(known)}.")
    if not at < expires_at <= at + LONGEST:
        raise KeyRefused(f"expires_at: a key lives at least a moment and at most {LONGEST.days} days.")


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


def _remember(row: Partner | PartnerKey, *, by: Actor, at: datetime, reason: str) -> None:
    """Tell the history who, when and why."""
    if isinstance(by, User):
        row._history_user = by  # type: ignore[union-attr]
    row._history_date = at  # type: ignore[union-attr]
    row._change_reason = reason  # type: ignore[union-attr]
