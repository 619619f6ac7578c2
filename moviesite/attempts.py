"""Attempts to show who one is, as requests make them: whose, from where, and what is said when there were too many."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

from catalog.errors import TooManyAttempts
from catalog.models import User
from catalog.services import attempts

PER_ACCOUNT = 5
PER_ADDRESS = 20  # a house behind one address has several people
STRANGER = "account:"
KNOWN = "known"  # salt of the cookie of a browser in which somebody signed in before


@dataclass
class Counted:
    """An attempt while it is made."""

    succeeded: bool = False


@contextmanager
def counted(request: HttpRequest, account: str, user: User | None) -> Iterator[Counted]:
    """Count what is attempted inside as failed under the account's key and the address, unless it says it succeeded.

    After too many failures the attempt is not made at all: the answer is 429, whether it would have succeeded or not.
    An address refuses strangers alone: others have shown something already, and share it with whoever fails on purpose.
    """
    limits = {account: PER_ACCOUNT, f"address:{get_ip(request)}": PER_ADDRESS if account.startswith(STRANGER) else None}
    try:
        made = attempts.begin(limits=limits, at=timezone.now())
    except TooManyAttempts as refusal:
        raise ImmediateHttpResponse(too_many(request, refusal.wait.total_seconds())) from refusal
    this = Counted()
    try:
        yield this
    finally:
        if this.succeeded:
            attempts.succeed(made)
        else:
            attempts.failed(made, limits=limits, user=user, at=timezone.now())


def of_name(request: HttpRequest, name: str) -> str:
    """Return the key that sign-ins under a name count by: a browser in which that account signed in has one of its own.

    So whoever fails on purpose under somebody's name locks out strangers' browsers, not that person's.
    """
    name = same(name)
    held = _held(request)
    return f"known:{name}:{held[1]}" if held and held[0] == _of(name) else f"{STRANGER}{name}"


def of_person(user: Any) -> str:
    """Return the key that proofs by somebody who is signed in count by: nobody else can use it up."""
    return f"person:{user.pk}"


def of_code(user: Any) -> str:
    """Return the key that codes count by which are asked for at a sign-in, after the right password."""
    return f"code:{user.pk}"


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Know this browser again, without its cookie telling whose it is."""
    mine = _of(same(user.get_username()))
    held = _held(request)
    nonce = held[1] if held and held[0] == mine else get_random_string(22)
    value = signing.dumps([mine, nonce], salt=KNOWN)
    secure = request.is_secure()
    response.set_cookie(
        settings.KNOWN_COOKIE_NAME,
        value,
        max_age=settings.KNOWN_COOKIE_AGE,
        httponly=True,
        secure=secure,
        samesite="Lax",
    )


def too_many(request: HttpRequest, seconds: float) -> HttpResponse:
    """Return the page that says to wait, and how long."""
    wait = max(1, round(seconds))
    response = render(request, "429.html", {"minutes": -(-wait // 60)}, status=429)
    response["Retry-After"], response["Cache-Control"] = str(wait), "no-store"
    return response


def same(name: str) -> str:
    """Return one spelling for all that the accounts take for the same name."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def _held(request: HttpRequest) -> list[str] | None:
    try:
        value = request.COOKIES.get(settings.KNOWN_COOKIE_NAME, "")
        held: list[str] = signing.loads(value, salt=KNOWN, max_age=settings.KNOWN_COOKIE_AGE)
    except signing.BadSignature:
        return None
    return held


def _of(name: str) -> str:
    return salted_hmac("moviesite.known", name, algorithm="sha256").hexdigest()[:32]
