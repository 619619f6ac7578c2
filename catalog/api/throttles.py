"""How often a key may ask: reading and writing have a minute each, and all keys of a partner a month."""

from typing import Any

from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from catalog.api.errors import Refused
from catalog.models import PartnerKey
from catalog.services import limits


class PerKey(BaseThrottle):
    """What docs/api.md promises; `view.allowance` is told in the answer's headers."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, PartnerKey):
            return True
        writes = request.method not in SAFE_METHODS and str(getattr(view, "write_scope", None) or view.scope).endswith(
            ":write"
        )
        allowance = limits.take(key=request.auth, bucket="write" if writes else "read", at=timezone.now())
        view.allowance = allowance
        if allowance is not None and allowance.refused:
            raise _refusal(allowance)
        return True


def _refusal(allowance: limits.Allowance) -> Refused:
    wait = {"Retry-After": str(allowance.wait)}
    if allowance.refused == "month":
        return Refused(
            "quota_used_up", f"The partner has used its {allowance.quota:,} requests of this month.", headers=wait
        )
    words = f"The key has used its {allowance.limit:,} requests of this minute to {allowance.bucket}."
    return Refused("rate_limited", words, headers=wait)
