"""What is kept of a visitor, who can use the site, what may be watched: every number as the code itself has it."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.models import removals
from catalog.reels import library
from catalog.selectors import tickets
from catalog.services import attempts, moves
from catalog.territories import COOKIE, COUNTRIES
from catalog.views import viewers

DAY, HOUR, MINUTE = 86_400, 3_600, 60


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, how long, and how to take it away or have it deleted."""
    return render(request, "catalog/privacy.html", {"contact": contact(), "lasts": lasts(), "cookies": cookies()})


def cookies() -> dict[str, str]:
    """Return the name of every cookie that the site sets, by what it is for."""
    return {
        "session": settings.SESSION_COOKIE_NAME,
        "form": settings.CSRF_COOKIE_NAME,
        "choice": COOKIE,
        "language": settings.LANGUAGE_COOKIE_NAME,
        "known": settings.KNOWN_COOKIE_NAME,
        "viewer": viewers.COOKIE,
        "told": CookieStorage.cookie_name,
    }


def lasts() -> dict[str, Any]:
    """Return how long each thing is kept, in the units that the page names."""
    return {
        "session_days": settings.SESSION_COOKIE_AGE // DAY,
        "form_days": settings.CSRF_COOKIE_AGE // DAY,
        "choice_days": settings.CHOICE_COOKIE_AGE // DAY,
        "language_days": settings.LANGUAGE_COOKIE_AGE // DAY,
        "known_days": settings.KNOWN_COOKIE_AGE // DAY,
        "removed_days": removals.KEPT.days,
        "moved_days": moves.KEPT.days,
        "attempt_minutes": int(attempts.KEPT.total_seconds()) // MINUTE,
    }


def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done so that everybody can use the site, and whom to tell where that failed."""
    return render(request, "catalog/accessibility.html", {"contact": contact()})


def terms(request: HttpRequest) -> HttpResponse:
    """What a visitor may watch here, where and until when."""
    context = {
        "contact": contact(),
        "notice": library().notice,
        "countries": len(COUNTRIES),
        "ticket_hours": int(tickets.LASTS.total_seconds()) // HOUR,
        "non_commercial": settings.MAY_PUBLISH_NON_COMMERCIAL,
    }
    return render(request, "catalog/terms.html", context)


def contact() -> tuple[str, str] | None:
    """Return the address to write to, and how it reads; None where whoever runs the site named none."""
    return (settings.CONTACT, settings.CONTACT.partition(":")[2].lstrip("/")) if settings.CONTACT else None
