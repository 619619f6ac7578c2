"""What of a film's page is the visitor's own, and what their choices hold back from them."""

from typing import Any

from django.http import HttpRequest

from catalog.models import Movie, User
from catalog.selectors import preferences, tastes


def own(request: HttpRequest, film: Movie, *, posted: bool = False) -> dict[str, Any]:
    """Return the visitor's rating and whether others' numbers wait for it.

    unread: they want no page to read their ratings and did not ask this one to. held: no number of others is shown.
    """
    if not isinstance(request.user, User):
        return {"mine": None, "mine_label": "", "unread": False, "held": False}
    chosen = preferences.of(request.user)
    asked = posted or chosen.personal or "mine" in request.GET
    mine = tastes.rating_of(request.user, film.pk) if asked else None
    held = chosen.own_first and mine is None and "numbers" not in request.GET
    return {"mine": mine, "mine_label": str(mine or ""), "unread": not asked, "held": held}


def is_away(request: HttpRequest, film: Movie) -> bool:
    """Say whether the visitor put a film away."""
    return isinstance(request.user, User) and tastes.hidden_by(request.user).filter(movie=film).exists()


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: whether lists hold their numbers back. Asked only by a page that has a frame."""
    user = getattr(request, "user", None)
    return {"own_first": lambda: isinstance(user, User) and preferences.of(user).own_first}
