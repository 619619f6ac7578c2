"""What a key may follow: everybody's events and its partner's own, of what its scopes open and the territories it knows."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from catalog.models import Event, PartnerKey
from catalog.models.webhooks import SCOPES, EventQuerySet
from catalog.territories import WORLD

Kind = Event.Kind
COLLECTIONS = {
    "movies": (Kind.MOVIE_UPDATED,),
    "charts": (Kind.CHART_PUBLISHED,),
    "rights": (Kind.RIGHTS_CHANGED, Kind.RIGHTS_STARTING, Kind.RIGHTS_ENDING),
    "models": (Kind.MODEL_PROMOTED, Kind.MODEL_ROLLED_BACK),
}


def missing(kinds: Iterable[str], key: PartnerKey) -> dict[str, str]:
    """Return which of these kinds a key may not hear of, each with the scope that it lacks."""
    return {kind: str(SCOPES[kind]) for kind in kinds if not key.may(SCOPES[kind])}


def visible(key: PartnerKey) -> EventQuerySet:
    """Events that a key may see; those of tests of an endpoint are that endpoint's alone."""
    own = Q(partner=key.partner_id, data__test=key.test)
    open_to = [kind for kind, scope in SCOPES.items() if key.may(scope)]
    found = Event.objects.told().filter(Q(partner__isnull=True) | own, kind__in=open_to)
    return found.filter(territory__in=["", WORLD, *key.territories]) if key.territories else found


def last_place() -> int:
    """Return the number of the newest event, whoever may see it: whatever comes later has a higher one."""
    return Event.objects.in_order().order_by("-seq").values_list("seq", flat=True).first() or 0


def latest(key: PartnerKey) -> dict[str, datetime | None]:
    """Return the moment of the newest event of each collection that is kept."""
    seen = visible(key).order_by("-seq").values_list("at", flat=True)
    return {name: seen.filter(kind__in=kinds).first() for name, kinds in COLLECTIONS.items()}
