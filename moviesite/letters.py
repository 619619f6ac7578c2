"""An e-mail address for who wants one, and a new password by it: the same answer, in the same time, for known and unknown."""

import logging
from collections.abc import Callable
from smtplib import SMTPException
from typing import Any

from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.account.views import EmailView, PasswordResetView
from allauth.core import context as allauth_context
from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


def context(_: HttpRequest) -> dict[str, Any]:
    """Context processor: how letters go out here («files», «smtp»), or empty when none do."""
    return {"letters": getattr(settings, "MAIL", "")}


class ResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth is untyped
    """Whom it is about is looked up after the answer: nothing of the answer, nor its time, can tell."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_: Any) -> str:
        return str(self.cleaned_data["email"])


class Reset(PasswordResetView):  # type: ignore[misc]
    """Ask for a new password: a letter goes to a confirmed address of an account that is open, and to no other."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if response.status_code == 302:
            request, address = self.request, form.cleaned_data["email"]
            _after(response, lambda: _send(request, address))
        return response


class Address(EmailView):  # type: ignore[misc]
    """One's own address: a new one takes the old one's place once it is confirmed."""

    template_name = "account/email_change.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "action_drop" in request.POST:
            EmailAddress.objects.filter(user=request.user).delete()
            response: HttpResponse = self.get(request, *args, **kwargs)
            return response
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


def _send(request: HttpRequest, address: str) -> None:
    known = EmailAddress.objects.filter(email__iexact=address, verified=True, user__is_active=True)
    users = [found.user for found in known.select_related("user")]
    if not users:
        return
    with allauth_context.request_context(request):
        try:
            request_password_reset(request, address, users, default_token_generator)
        except (SMTPException, OSError) as error:
            logger.error("a letter could not be sent: %s", type(error).__name__)


def _after(response: HttpResponse, act: Callable[[], None]) -> None:
    """Do something when the answer has gone out."""
    response._resource_closers.append(act)  # type: ignore[attr-defined]
