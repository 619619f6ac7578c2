"""A member leaves: the account is closed at once, and everything they left behind is erased."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from catalog.models import FilmList, Hidden, Rating, User, Viewing
from catalog.services import erasure
from catalog.views.private import private, to_login
from mlops.errors import Refused


class LeaveForm(forms.Form):
    """The password once more: nobody erases an account they found open."""

    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_password(self) -> str:
        given = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self.user, given):  # counted, as at the sign-in
            raise forms.ValidationError(_("This is not your password."))
        return given


@sensitive_post_parameters("password")
def leave(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; with the password, close the account and ask for the erasure."""
    user = request.user
    if not isinstance(user, User):
        return to_login(request, request.path)
    form = LeaveForm(request.POST or None, user)
    if request.method == "POST" and form.is_valid():
        try:
            erasure.ask_for_oneself(by=user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            messages.success(request, gettext("Your account is closed. Everything you left here is being erased."))
            return redirect("home")
    context = {
        "form": form,
        "ratings": Rating.objects.filter(rater__user=user).count(),
        "hidden": Hidden.objects.filter(user=user).count(),
        "lists": FilmList.objects.filter(user=user).count(),
        "viewings": Viewing.objects.filter(user=user).count(),
    }
    return private(render(request, "account/delete.html", context, status=422 if form.errors else 200))
