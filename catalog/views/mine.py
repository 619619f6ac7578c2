"""What a page says of a visitor's own, beside what it says to everybody."""

from collections.abc import Collection

from django.http import HttpRequest

from catalog.models import User
from catalog.selectors import own, preferences


def given(request: HttpRequest, films: Collection[int]) -> dict[int, int]:
    """Return the visitor's ratings of a page's films; none for a stranger, or for who wants nothing personal."""
    user = request.user
    if not films or not isinstance(user, User) or not preferences.of(user).personal:
        return {}
    return own.ratings(user, films)
