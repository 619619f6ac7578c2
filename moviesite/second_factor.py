"""The second factor: how it is kept, when a code counts, and whether this session has shown one."""

import base64
import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import force_bytes

from moviesite import proof

STEP = "step"  # in an app's data: the last half-minute whose code was taken

View = Callable[..., HttpResponse]


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Secrets are kept encrypted: who reads the database, or a backup of it, makes no codes."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raises InvalidToken when it was kept under another SECRET_KEY."""
        return _box().decrypt(encrypted_text.encode()).decode()


def take_step(app: Any, code: str) -> bool:
    """Take a valid code of an app for used, inside a transaction that holds its row; False: it, or a later one, was."""
    secret = SecondFactorAdapter().decrypt(app.data["secret"])
    meant = {step: format_hotp_value(hotp_value(secret, step)) for step in yield_hotp_counters_from_time()}
    steps = [step for step, expected in meant.items() if compare_user_code(actual=code, expected=expected)]
    if not steps or steps[-1] <= app.data.get(STEP, 0):
        return False
    app.data[STEP] = steps[-1]
    app.save(update_fields=["data"])
    return True


def has_one(user: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def shown(request: HttpRequest) -> bool:
    """Say whether somebody showed a second factor in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def shown_first(view: View) -> View:
    """Lead whoever has a second factor and showed none in this session to show it: no password alone takes it over."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        bare = request.user.is_authenticated and has_one(request.user) and not shown(request)
        return proof.led(request, "mfa_reauthenticate") if bare else view(request, *args, **kwargs)

    return guarded


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_stretched(force_bytes(key)))) for key in keys])


def _stretched(key: bytes) -> bytes:
    return hashlib.sha256(b"retromovies second factor\x00" + key).digest()
