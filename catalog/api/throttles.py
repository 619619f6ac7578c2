"""How often a key may ask: a counter a minute in the cache, moved atomically. Without a cache, everyone may pass."""

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from catalog.models import PartnerKey

WINDOW = 60  # seconds
SPARE = 10  # a counter outlives its minute a little, for clocks that differ


@dataclass(frozen=True)
class Allowance:
    """What is left of a key's minute."""

    counter: str
    limit: int
    used: int
    resets_at: int
    now: float

    @property
    def wait(self) -> int:
        return max(1, round(self.resets_at - self.now))

    def headers(self) -> dict[str, str]:
        """The IETF draft's two headers, and the three that most clients know."""
        left = max(0, self.limit - self.used)
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={WINDOW}',
            "RateLimit": f'"minute";r={left};t={self.wait}',
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(self.resets_at),
        }

    def refund(self) -> "Allowance":
        """Give the request back: an answer 304 is free."""
        cache.incr(self.counter, -1)
        return Allowance(self.counter, self.limit, self.used - 1, self.resets_at, self.now)


class PerKey(BaseThrottle):
    """REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"] requests a minute, "600/minute"."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, PartnerKey):
            return True
        limit = int(str(api_settings.DEFAULT_THROTTLE_RATES["key"]).partition("/")[0])
        allowance = count(request.auth.pk, limit, time.time())
        view.allowance = allowance
        if allowance and allowance.used > limit:
            raise Throttled(allowance.wait, f"The key has used its {limit} requests of this minute.")
        return True


def count(key_id: int, limit: int, now: float) -> Allowance | None:
    """Count one request of a key and return what is left; None when the cache is away."""
    minute = int(now) // WINDOW
    counter = f"api:{key_id}:{minute}"
    used = _moved(counter)
    return Allowance(counter, limit, used, (minute + 1) * WINDOW, now) if used else None


def _moved(counter: str) -> int:
    for _ in range(2):
        try:
            return int(cache.incr(counter))
        except ValueError:  # the first of its minute: whoever adds the counter starts it at zero, then all move it
            cache.add(counter, 0, WINDOW + SPARE)
    return 0
