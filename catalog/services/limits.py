"""How often keys may ask: counters in the broker's store, moved all at once or not at all. When it is away, everyone may pass."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum

from catalog.models import Partner, PartnerKey, Usage

WINDOW = 60  # seconds
SPARE = 10  # a counter outlives its minute a little, for clocks that differ
MONTH = 32 * 86_400  # seconds that a month's counter lives
FREE = (304, 429)  # answers that no quota pays for


@dataclass(frozen=True)
class Allowance:
    """What is left of a key's minute and of its partner's month. refused: what is used up, "minute" or "month", or nothing."""

    bucket: str
    limit: int
    used: int
    resets_at: int
    now: float
    quota: int
    month_used: int
    month_ends_at: int
    counters: tuple[str, ...]
    refused: str = ""

    @property
    def wait(self) -> int:
        """Seconds until it is worth asking again."""
        return max(1, round((self.month_ends_at if self.refused == "month" else self.resets_at) - self.now))

    def headers(self) -> dict[str, str]:
        """The IETF draft's two headers, the three that most clients know, and the month's."""
        left = max(0, self.limit - self.used)
        reset = max(1, round(self.resets_at - self.now))
        return {
            "RateLimit-Policy": f'"{self.bucket}";q={self.limit};w={WINDOW}',
            "RateLimit": f'"{self.bucket}";r={left};t={reset}',
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(self.resets_at),
            "X-Quota-Limit": str(self.quota),
            "X-Quota-Used": str(min(self.month_used, self.quota)),
        }

    def refund(self) -> "Allowance":
        """Give the request back: an answer 304 is free."""
        store().give_back(self.counters)
        less = {"used": self.used - 1, "month_used": self.month_used - 1}
        return Allowance(**{**vars(self), **less})


def store() -> Any:
    """The site's cache, which knows how to count."""
    return cast(Any, cache)


def limit_of(partner: Partner, bucket: str) -> int:
    """Return the requests a minute that each of a partner's keys has to read, or to write."""
    if bucket == "write":
        return int(settings.API_WRITES_PER_MINUTE)
    return partner.per_minute or int(settings.API_PER_MINUTE)


def quota_of(partner: Partner) -> int:
    """Return the requests a month that all of a partner's keys have together."""
    return partner.monthly_quota or int(settings.API_PER_MONTH)


def take(*, key: PartnerKey, bucket: str, at: datetime) -> Allowance | None:
    """Count one request of a key and return what is left, or what refuses it; None when the store is away."""
    now = at.timestamp()
    minute, month = int(now) // WINDOW, at.astimezone(UTC)
    names = (f"api:{key.pk}:{bucket}:{minute}", f"api:month:{key.partner_id}:{month:%Y-%m}")
    limit, quota = limit_of(key.partner, bucket), quota_of(key.partner)
    found = store().take({names[0]: (limit, WINDOW + SPARE), names[1]: (quota, MONTH)})
    if found is None:
        return None
    full, used = found
    if not full and used[1] == 1:
        used[1] += _restored(names[1], key.partner, month)
    return Allowance(
        bucket=bucket,
        limit=limit,
        used=used[0],
        resets_at=(minute + 1) * WINDOW,
        now=now,
        quota=quota,
        month_used=used[1],
        month_ends_at=int(_next_month(month).timestamp()),
        counters=names,
        refused=("", "minute", "month")[full],
    )


def _restored(name: str, partner: Partner, at: datetime) -> int:
    """Begin a month's counter with what the days on record say: the store may have lost it."""
    used = month_used(partner, at)
    if used:
        store().give_back([name], -used)
    return used


def month_used(partner: Partner, at: datetime) -> int:
    """Return the requests on record that the quota of a month paid for."""
    first = at.astimezone(UTC).date().replace(day=1)
    days = Usage.objects.filter(key__partner=partner, day__gte=first, day__lt=_next_month(at).date())
    return int(days.exclude(status__in=FREE).aggregate(n=Sum("calls"))["n"] or 0)


def _next_month(at: datetime) -> datetime:
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
