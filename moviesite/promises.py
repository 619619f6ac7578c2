"""What the house promises its visitors; every figure of it is read where it is kept, and none is typed into a page."""

from datetime import timedelta

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.models.removals import KEPT
from catalog.services.attempts import WINDOW
from catalog.territories import COOKIE as TERRITORY
from catalog.territories import LASTS as TERRITORY_LASTS
from catalog.views.viewers import COOKIE as VIEWER
from moviesite.attempts import KNOWN, KNOWN_LASTS


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of whom, for how long, and how it is taken away."""
    context = {
        "cookies": {
            "session": (settings.SESSION_COOKIE_NAME, _days(settings.SESSION_COOKIE_AGE)),
            "csrf": (settings.CSRF_COOKIE_NAME, _days(settings.CSRF_COOKIE_AGE)),
            "language": (settings.LANGUAGE_COOKIE_NAME, _days(settings.LANGUAGE_COOKIE_AGE)),
            "territory": (TERRITORY, _days(TERRITORY_LASTS)),
            "known": (KNOWN, _days(KNOWN_LASTS)),
            "viewer": (VIEWER, None),
            "messages": (CookieStorage.cookie_name, None),
        },
        "kept_days": KEPT.days,
        "minutes": WINDOW // timedelta(minutes=1),
        "contact": settings.CONTACT,
    }
    return render(request, "house/privacy.html", context)


def accessibility(request: HttpRequest) -> HttpResponse:
    """For whom the site is made, how that is tested, and what it does not do yet."""
    return render(request, "house/accessibility.html", {"contact": settings.CONTACT})


def _days(seconds: int) -> int:
    return seconds // 86_400
