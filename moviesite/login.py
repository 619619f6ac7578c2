"""Signing in to the admin, with the same limit on failed attempts as the public page."""

from typing import Any

from allauth.account.adapter import get_adapter
from unfold.forms import AuthenticationForm

MOST_LETTERS = 150


class StaffLoginForm(AuthenticationForm):  # type: ignore[misc]
    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not (username and password):
            return dict(self.cleaned_data)
        if len(username) > MOST_LETTERS:  # nobody's name, and more than a query can ask for
            raise self.get_invalid_login_error()
        self.user_cache = get_adapter(self.request).authenticate(self.request, username=username, password=password)
        if self.user_cache is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        return dict(self.cleaned_data)
