"""An e-mail address for who wants one, and a new password by it: the same answer, in the same time, for known and unknown."""

import logging
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.account.views import EmailView, PasswordResetView
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from catalog.admin.proof import refilled, require_fresh

logger = logging.getLogger(__name__)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: how letters go out here («files», «smtp»), or empty when none do."""
    return {"letters": getattr(settings, "MAIL", "")}


class ResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth is untyped
    """Whom it is about is looked up after the answer: nothing of the answer, nor its time, can tell."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **given: Any) -> str:
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

    def get_form(self, form_class: Any = None) -> Any:
        return refilled(super().get_form(form_class), self.request)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever found a screen unlocked neither puts an address of theirs here nor takes one away."""
        if away := require_fresh(request):
            return away
        if "action_drop" in request.POST:
            return self._drop()
        try:
            answer: HttpResponse = super().post(request, *args, **kwargs)
        except OSError as error:
            logger.error("a letter could not be sent: %s", type(error).__name__)
            messages.error(request, _("The letter could not be sent just now. Try again in some minutes."))
            return redirect("account_email")
        return answer

    def _drop(self) -> HttpResponse:
        """Forget every address of the account; one that was confirmed is told so, as the last it hears of us."""
        user: Any = self.request.user
        for found in EmailAddress.objects.filter(user=user):
            found.delete()
            if found.verified:
                told = {"deleted_email": found.email}
                get_adapter().send_notification_mail("account/email/email_deleted", user, told, email=found.email)
        messages.success(self.request, _("No address of yours is kept here any more."))
        return redirect("account_email")


def _send(request: HttpRequest, address: str) -> None:
    known = EmailAddress.objects.filter(email__iexact=address, verified=True, user__is_active=True)
    users = [found.user for found in known.select_related("user")]
    if not users:
        return
    with allauth_context.request_context(request):
        try:
            request_password_reset(request, address, users, default_token_generator)
        except OSError as error:  # what a mail server refuses is one too
            logger.error("a letter could not be sent: %s", type(error).__name__)


def _after(response: HttpResponse, act: Callable[[], None]) -> None:
    """Do something when the answer has gone out."""
    response._resource_closers.append(act)  # type: ignore[attr-defined]
