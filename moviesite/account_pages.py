"""Pages on which people show who they are, and set up how: allauth's, with what we keep of it."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from catalog.services import second_factors
from catalog.services.leftovers import end_sessions
from moviesite import proof, second_factor


class _Proves:
    """Proving who one is does nothing by itself, but for the first code of an app: it would be too old to send again."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        proof.give(self.request)
        if get_next_redirect_url(self.request) != reverse("mfa_activate_totp"):
            self.request.session.pop(STATE_SESSION_KEY, None)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class Again(_Proves, ReauthenticateView):  # type: ignore[misc]
    """The password once more."""


class AgainByCode(_Proves, ReauthenticateByCodeView):  # type: ignore[misc]
    """A code instead."""


class _Noted:
    """What changes a second factor and its record in the audit log stand or fall together."""

    request: HttpRequest
    action = ""

    def form_valid(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            second_factors.note(self.action, user=user, by=user, at=timezone.now())
        return response


class AddApp(_Noted, ActivateTOTPView):  # type: ignore[misc]
    """Set up an app: whoever typed its first code has shown it in this session too."""

    action = second_factors.ADDED

    def form_valid(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        response = super().form_valid(form)
        app = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
        second_factor.take_step(app, form.cleaned_data["code"])
        record_authentication(self.request, user, "mfa", id=app.pk, type=app.type, reauthenticated=True)
        end_sessions(user, but=self.request.session.session_key)  # they were opened by a password alone
        return response


class RemoveApp(_Noted, DeactivateTOTPView):  # type: ignore[misc]
    action = second_factors.REMOVED


class MakeCodes(_Noted, GenerateRecoveryCodesView):  # type: ignore[misc]
    action = second_factors.CODES_MADE


def staff_login(request: HttpRequest) -> HttpResponse:
    """Lead to the one door that everybody signs in by; the admin has no other."""
    wanted = request.GET.get("next", "")
    back = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else reverse("admin:index")
    if not request.user.is_authenticated:
        return proof.led(request, "account_login", back)
    if not request.user.is_staff:
        raise PermissionDenied
    return HttpResponseRedirect(back)
