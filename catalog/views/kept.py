"""What every page knows of the visitor's watchlist, asked for only where films are listed."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property

from catalog.models import User
from catalog.selectors import kept


class Kept:
    """A visitor's watchlist; false for a stranger. The films are read when first asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __bool__(self) -> bool:
        return isinstance(getattr(self.request, "user", None), User)  # a refusal may come before the session

    @cached_property
    def films(self) -> frozenset[int]:
        return kept.on_watchlist(self.request.user) if self else frozenset()


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: who may keep films, and which they keep."""
    return {"watchlisted": Kept(request)}
