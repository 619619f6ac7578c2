"""What staff pass on the way into the admin: a session of today, and a second factor where one is required.

The pages on which they set up how they sign in want a session of today too.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from moviesite import proof, second_factor

ADMIN = "/admin/"
HOW_THEY_SIGN_IN = ("/accounts/second-factor/", "/accounts/password/")
FREE = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/")


class StaffDoor:
    """Lead staff to sign in again after STAFF_SESSION_LASTS, and to set up or show their second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        admin = request.path_info.startswith(ADMIN) and not request.path_info.startswith(FREE)
        guarded = admin or request.path_info.startswith(HOW_THEY_SIGN_IN)
        away = self._away(request, admin) if guarded and request.user.is_staff else None
        return away or self.get_response(request)

    def _away(self, request: HttpRequest, admin: bool) -> HttpResponse | None:
        back = request.get_full_path() if request.method == "GET" else ADMIN
        began = request.session.get(proof.SIGNED_IN, 0)
        if not 0 <= time.time() - began < settings.STAFF_SESSION_LASTS:
            logout(request)
            return proof.led(request, "account_login", back)
        if not (admin and settings.STAFF_SECOND_FACTOR):
            return None  # moviesite.accounts asks on its own pages, and of everybody who has one
        if not second_factor.has_one(request.user):
            return proof.led(request, "mfa_activate_totp", back)
        return None if second_factor.shown(request) else proof.led(request, "mfa_reauthenticate", back)
