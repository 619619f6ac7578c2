"""What a visitor chose, or what a newcomer has."""

from typing import Any

from catalog.models import Preferences, User


def of(user: Any) -> Preferences:
    """Return the choices of whoever asks, unsaved when nothing was chosen; a stranger has a newcomer's."""
    if not isinstance(user, User):
        return Preferences()
    return getattr(user, "preferences", None) or Preferences(user=user)  # asked of the database once a request
