"""Proof of who sits there: a password or a second factor, given no longer than PROOF_LASTS seconds ago."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode

GIVEN = "proof"  # in the session: {"by": account, "at": seconds since 1970}
SIGNED_IN = "signed-in-at"


def give(request: HttpRequest) -> None:
    """Remember that this person has just shown who they are; whoever knew the session's key before knows it no more."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
    request.session[GIVEN] = {"by": str(request.user.pk), "at": time.time()}


def on_login(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Take a sign-in for what it is: the first proof, and the beginning of the session."""
    request.session[GIVEN] = {"by": str(user.pk), "at": time.time()}
    request.session[SIGNED_IN] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Say whether the last proof is this person's own and not too old; one from the future is none."""
    given = request.session.get(GIVEN)
    if not request.user.is_authenticated or not isinstance(given, dict) or given.get("by") != str(request.user.pk):
        return False
    return bool(0 <= time.time() - given.get("at", 0) < settings.PROOF_LASTS)


def fresh(request: HttpRequest) -> HttpResponse | None:
    """Return None when the proof is fresh, else the way to give it, from which one comes back to this address."""
    if is_fresh(request):
        return None
    methods = get_adapter().get_reauthentication_methods(request.user)
    return led(request, methods[0]["url"] if methods else settings.LOGIN_URL)


def led(request: HttpRequest, to: str, back: str = "") -> HttpResponse:
    """Lead somebody to an address and, when done there, back to where they are now; htmx is told in its own way."""
    address = f"{resolve_url(to)}?{urlencode({REDIRECT_FIELD_NAME: back or request.get_full_path()})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
