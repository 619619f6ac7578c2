"""Reads of what one member watches and waits for."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from catalog.models import Alert, Play, User
from catalog.selectors import preferences, programme
from catalog.selectors.programme import Showing


def kept(user: Any) -> bool:
    """Say whether a visitor asked that what they watch be kept."""
    return preferences.of(user).record_plays


def where(user: Any, movie_id: int) -> Play | None:
    """Return the viewing that a visitor may go on with."""
    if not isinstance(user, User) or not kept(user):
        return None
    return Play.objects.filter(user=user, movie_id=movie_id).to_go_on().first()


def to_go_on(user: Any, most: int) -> list[Play]:
    """Return what a visitor may go on with, the latest first, with the films."""
    if not isinstance(user, User) or not kept(user):
        return []
    return list(Play.objects.filter(user=user).to_go_on().select_related("movie")[:most])


def history(user: User) -> QuerySet[Play]:
    """Return all that is kept of what a member watched, the latest first, with the films."""
    return Play.objects.filter(user=user).select_related("movie").order_by("-seen_at", "-pk")


def awaited(user: Any, movie_id: int, territory: str) -> Alert | None:
    """Return a visitor's wish to be told of a film in a territory."""
    if not isinstance(user, User):
        return None
    return Alert.objects.filter(user=user, movie_id=movie_id, territory=territory).first()


def unread(user: Any) -> int:
    """Return how many films a visitor waited for came back and were not looked at."""
    return Alert.objects.filter(user=user).unread().count() if isinstance(user, User) else 0


def notices(user: User, at: datetime) -> list[tuple[Alert, Showing | None]]:
    """Return the films a member waits for: those that came first, the latest on top; with how they play there now."""
    alerts = Alert.objects.filter(user=user).select_related("movie").order_by("-found_at", "-asked_at", "-pk")
    found = [alert for alert in alerts if alert.found_at]
    waiting = [alert for alert in alerts if not alert.found_at]
    return [(alert, programme.showing(alert.movie_id, alert.territory, at)) for alert in found] + [
        (alert, None) for alert in waiting
    ]
