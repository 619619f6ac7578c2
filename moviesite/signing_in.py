"""Signing in: every password and every code is counted, whichever page asks for it."""

import logging
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm
from allauth.account.forms import ReauthenticateForm as ReauthenticatePasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from catalog.models import User
from catalog.views import asking
from moviesite import attempts, proof, second_factor

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        name = credentials.get("username", "")
        account = User.objects.filter(username__iexact=attempts.same(name)).first()
        with attempts.counted(request, attempts.of_name(request, name), account) as this:
            user = super().authenticate(request, **credentials)
            this.succeeded = user is not None
        return user

    def reauthenticate(self, user: Any, password: str) -> bool:
        with attempts.counted(context.request, attempts.of_person(user), user) as this:
            this.succeeded = user.check_password(password)
        return this.succeeded

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return an IPv4 address that came as IPv6 for what it is: all of those would be one network."""
        given: str = super().get_client_ip(request)
        try:
            address = ip_address(given)
        except ValueError:
            return given
        return str(getattr(address, "ipv4_mapped", None) or given)

    def send_notification_mail(self, *args: Any, **given: Any) -> None:
        """Tell of what was done; a mail server that does not answer undoes none of it."""
        try:
            super().send_notification_mail(*args, **given)
        except OSError as error:
            logger.error("a notice could not be sent: %s", type(error).__name__)

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        return not proof.is_fresh(context.request)

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **how)
        attempts.remember(request, response, user)
        asking.hand_over(request, user)
        return response


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self) -> str:
        with attempts.counted(context.request, attempts.of_person(self.user), self.user) as this:
            given: str = super().clean_oldpassword()
            this.succeeded = True
        return given


class _Counted:
    """A code counts as a password does, and is taken once, by the database's word and not by a cache's."""

    user: Any

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}  # type: ignore[attr-defined]

    def key(self) -> str:
        return attempts.of_person(self.user)

    def clean_code(self) -> str:
        with attempts.counted(context.request, self.key(), self.user) as this:
            given = self._taken_once()
            this.succeeded = True
        return given

    def _taken_once(self) -> str:
        given: str = super().clean_code()  # type: ignore[misc]
        return given


class _Shown(_Counted):
    """A code of a second factor that somebody has."""

    def _taken_once(self) -> str:
        with transaction.atomic():
            list(Authenticator.objects.select_for_update().filter(user=self.user))
            try:
                given = super()._taken_once()
            except InvalidToken as error:
                logger.error("a second factor cannot be read: SECRET_KEY is not the one it was made under")
                words = gettext("Your second factor cannot be read any more: ask for it to be reset.")
                raise ValidationError(words) from error
            used = self.authenticator  # type: ignore[attr-defined]
            if used.type == Authenticator.Type.TOTP and not second_factor.take_step(used, given):
                raise ValidationError(gettext("This code was used before: wait for the next one."))
        return given


class CodeForm(_Shown, AuthenticateForm):  # type: ignore[misc]
    """The code asked for after the password."""

    def key(self) -> str:
        return attempts.of_code(self.user)


class CodeAgainForm(_Shown, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for before what needs a fresh proof."""


class NewAppForm(_Counted, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app."""


class PasswordAgainForm(ReauthenticatePasswordForm):  # type: ignore[misc]
    """The password asked for before what needs a fresh proof."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs["autofocus"] = True
