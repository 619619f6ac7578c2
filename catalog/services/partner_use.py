"""How a partner uses its keys: the days on record, and what is left of the month."""

from datetime import date, datetime
from typing import Any

from django.db.models import Sum

from catalog.models import Partner, PartnerKey, Usage
from catalog.services import limits


def by_day(*, partner: Partner, first: date, last: date) -> list[dict[str, Any]]:
    """Return calls of all keys by day, operation and status, oldest day first."""
    rows = Usage.objects.filter(key__partner=partner, day__gte=first, day__lte=last)
    counted = rows.order_by("day", "operation", "status").values("day", "operation", "status").annotate(n=Sum("calls"))
    return [{**{name: row[name] for name in ("day", "operation", "status")}, "calls": row["n"]} for row in counted]


def month(*, partner: Partner, at: datetime) -> dict[str, int]:
    """Return the quota of the month and what the days on record used of it."""
    return {"quota": limits.quota_of(partner), "used": limits.month_used(partner, at)}


def changed_at(key: PartnerKey) -> datetime:
    """Return when the key or its partner's terms last changed."""
    moments: list[datetime | None] = [key.created_at]
    for record in (key.history, key.partner.history):
        moments.append(record.order_by("-history_date").values_list("history_date", flat=True).first())
    return max(at for at in moments if at)


def terms(key: PartnerKey) -> dict[str, Any]:
    """Return what a key may do, until when, and how often."""
    return {
        "partner": key.partner.name,
        "label": key.label,
        "last_four": key.last_four,
        "test": key.test,
        "scopes": key.scopes,
        "territories": key.territories,
        "networks": key.networks,
        "version": key.version or None,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "reads_per_minute": limits.limit_of(key.partner, "read"),
        "writes_per_minute": limits.limit_of(key.partner, "write"),
        "requests_per_month": limits.quota_of(key.partner),
    }
