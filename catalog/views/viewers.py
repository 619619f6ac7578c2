"""Who looks: an account, or a browser that was given a signed number by the page that shows a film."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from catalog.models import User

COOKIE, SALT = "viewer", "catalog.viewer"


def viewer(request: HttpRequest) -> str:
    """Return what stands for whoever asks; empty when that is a browser without a number of ours."""
    if isinstance(request.user, User):
        return f"account:{request.user.subject_id}"
    number = request.get_signed_cookie(COOKIE, default="", salt=SALT)
    return f"browser:{number}" if number else ""


def welcome(request: HttpRequest) -> tuple[str, str]:
    """Return what stands for whoever asks, and the number to give to a browser that has none yet."""
    known = viewer(request)
    if known:
        return known, ""
    number = secrets.token_urlsafe(12)
    return f"browser:{number}", number


def give(response: HttpResponse, number: str) -> None:
    """Give a browser its number, until it is closed: without it no address of a film is any good."""
    if number:
        response.set_signed_cookie(
            COOKIE, number, salt=SALT, path="/m/", httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
