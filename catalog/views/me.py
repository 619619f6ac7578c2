"""What is one member's own: the page that leads to all of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from catalog.forms import PreferencesForm
from catalog.models import User
from catalog.selectors import preferences as reads
from catalog.selectors import watching
from catalog.services import preferences
from catalog.views.private import private, to_login


def me(request: HttpRequest) -> HttpResponse:
    """The member's choices, and the ways to everything they keep here."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    form = PreferencesForm(request.POST or None, instance=reads.of(request.user))
    if request.method == "POST" and form.is_valid():
        preferences.choose(by=request.user, **form.cleaned_data)
        messages.success(request, _("Your choices are kept."))
        ended = "record_plays" in form.changed_data and not form.cleaned_data["record_plays"]
        if ended and watching.history(request.user).exists():
            return redirect("me-watching")  # where what was kept until now can be deleted
        return redirect("me")
    return private(
        render(request, "me/index.html", {"form": form, "section": "me"}, status=422 if form.errors else 200)
    )
