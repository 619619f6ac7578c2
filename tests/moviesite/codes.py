"""Second factors of tests: an app is set up, and its codes are computed as a telephone does."""

import base64
import hmac
import time
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

SECRET = base64.b32encode(b"nine reels of nitrate").decode()


def code(secret: str = SECRET, later: int = 0) -> str:
    """The six digits of RFC 6238 that an app shows now, or that many half-minutes later."""
    step = int(time.time()) // 30 + later
    mac = hmac.digest(base64.b32decode(secret, casefold=True), step.to_bytes(8), "sha1")
    start = mac[-1] & 15
    return f"{int.from_bytes(mac[start : start + 4]) % 2**31 % 10**6:06}"


def wrong() -> str:
    """Six digits that no app shows about now."""
    near = {code(later=n) for n in range(-2, 4)}
    return next(f"{n:06}" for n in range(10) if f"{n:06}" not in near)


def app_of(user: Any) -> None:
    """Set up an app of SECRET."""
    TOTP.activate(user, SECRET)


def recovery_codes_of(user: Any) -> list[str]:
    return list(RecoveryCodes.activate(user).generate_codes())
