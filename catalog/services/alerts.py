"""«Tell me when it is back»: asked with one click, taken off with another; a worker finds what came."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from catalog.errors import CatalogError, UnknownMovie
from catalog.models import Alert, Licence, Movie, User
from catalog.territories import COUNTRIES, day_at

CHUNK = 1_000


def ask(*, by: User, movie_id: int, territory: str, at: datetime) -> Alert:
    """Wait for a film in a territory. Asked again after it was found, it waits anew. Raises UnknownMovie, CatalogError."""
    if territory not in COUNTRIES:
        raise CatalogError(
            _("%(code)s is no territory: there are %(codes)s.") % {"code": territory, "codes": ", ".join(COUNTRIES)}
        )
    if not Movie.objects.filter(pk=movie_id).exists():
        raise UnknownMovie.numbered(movie_id)
    anew = {"asked_at": at, "found_at": None, "read_at": None}
    with transaction.atomic():
        alert, new = Alert.objects.select_for_update().get_or_create(
            user=by, movie_id=movie_id, territory=territory, defaults=anew
        )
        if not new and alert.found_at:
            Alert.objects.filter(pk=alert.pk).update(**anew)
            alert.refresh_from_db()
    return alert


def take_off(*, by: User, movie_id: int, territory: str, at: datetime) -> bool:
    """Wait for a film no longer; say whether one did."""
    with transaction.atomic():
        gone, _ = Alert.objects.filter(user=by, movie_id=movie_id, territory=territory).delete()
    return bool(gone)


def read(*, by: User, at: datetime) -> int:
    """Note that a member has seen what came back, and return how many films that were."""
    with transaction.atomic():
        return Alert.objects.filter(user=by).unread().update(read_at=at)


def find(*, at: datetime) -> int:
    """Mark as found every film that somebody waits for and that plays there now; return how many. For workers."""
    return sum(_find(code, at) for code in COUNTRIES if Alert.objects.waiting().filter(territory=code).exists())


def _find(territory: str, at: datetime) -> int:
    held = Licence.objects.filter(movie=OuterRef("movie")).covering(territory).on(day_at(territory, at))
    due = Alert.objects.waiting().filter(Exists(held), territory=territory, asked_at__lte=at).order_by("pk")
    found = 0
    while keys := list(due.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            found += due.filter(pk__in=keys).update(found_at=at)  # due still: rights may have been taken back meanwhile
    return found
