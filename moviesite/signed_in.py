"""Where an account is signed in: seen, and ended one by one or all at once but here."""

import re
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import User
from catalog.services.leftovers import end_sessions
from catalog.views.private import private

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def sessions(request: HttpRequest) -> HttpResponse:
    """Tell where the account is signed in; a press ends one, or all others."""
    user: Any = request.user
    if request.method == "POST":
        if "others" in request.POST:
            end_sessions(user, but=request.session.session_key)
            UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key).delete()
            messages.success(request, _("You are signed out everywhere else."))
        elif (one := request.POST.get("end", "")).isascii() and one.isdigit() and len(one) < 19:
            for found in UserSession.objects.filter(user=user, pk=int(one)):
                found.end()
            messages.success(request, _("This sign-in was ended."))
        return redirect("usersessions_list")
    found = live(user, timezone.now())
    for row in found:
        row.device = device(row.user_agent)
        row.here = row.session_key == request.session.session_key
    return private(render(request, "account/sessions.html", {"sessions": found}))


def live(user: User, at: datetime) -> list[UserSession]:
    """Return where an account is signed in at a moment, the last first; a session that ran out lets nobody in."""
    sessions = Session.objects.filter(expire_date__gt=at)
    found = UserSession.objects.filter(user=user, session_key__in=sessions.values("pk"))
    return list(found.order_by("-created_at", "-pk"))


def device(agent: str) -> str:
    """Return what a browser says it is, in two words."""
    browser = next((name for mark, name in BROWSERS if mark in agent), _("a program"))
    system = next((name for mark, name in SYSTEMS if re.search(mark, agent)), "")
    return f"{browser} · {system}" if system else browser
