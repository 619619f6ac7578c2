"""What changed, oldest first: ids and kinds, to be followed by a cursor that never ends."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.authentication import key_of
from catalog.api.base import PartnerView, modified
from catalog.api.errors import Refused
from catalog.api.params import Parameter
from catalog.api.permissions import ANY, scope_missing
from catalog.api.schema import described
from catalog.models import Event, PartnerKey
from catalog.models.webhooks import TOLD
from catalog.selectors import changes
from catalog.services.events import KEPT

BACK = timedelta(days=14)
WHOLE = KEPT - timedelta(days=2)  # a walk that begins so far back has a day or two until its first cursor is too old


def _kinds(text: str) -> list[str]:
    kinds = text.split(",")
    if not set(kinds) <= set(TOLD):
        raise ValueError(f"joins known kinds by commas. Known: {', '.join(TOLD)}.")
    return kinds


since = params.moment_of(
    "since",
    f"What was told from this moment on; at most {BACK.days} days back. Without it and cursor: the last {WHOLE.days} days.",
)
_ONE = "|".join(kind.replace(".", "\\.") for kind in TOLD)
kinds = Parameter(
    "kind",
    _kinds,
    f"Only these kinds, joined by commas, each of which needs its scope. Known: {', '.join(TOLD)}.",
    {"type": "string", "pattern": f"^({_ONE})(,({_ONE}))*$"},
    {"Rights": "rights.starting,rights.ending"},
)


class ChangeItem(serializers.Serializer[Event]):
    """One change. What is there now, its own address tells."""

    id = serializers.CharField(help_text="The same as webhook-id, where it was sent to an endpoint.")
    kind = serializers.ChoiceField(choices=list(TOLD))
    at = serializers.DateTimeField(help_text="When it happened.")
    data = serializers.DictField(help_text="Ids of what changed, and names of fields.")  # type: ignore[assignment]

    def to_representation(self, instance: Event) -> dict[str, Any]:
        """Written out, since a page holds up to 250 of them."""
        return {"id": instance.uid, "kind": instance.kind, "at": instance.at, "data": instance.data}


class ChangesSerializer(serializers.Serializer[Any]):
    data = ChangeItem(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(help_text="Always there: at the end, ask with it again later.")


class LatestSerializer(serializers.Serializer[Any]):
    """When each collection last changed; null: not in the last 30 days, or the key may not read it."""

    movies = serializers.DateTimeField(allow_null=True)
    charts = serializers.DateTimeField(allow_null=True)
    rights = serializers.DateTimeField(allow_null=True)
    models = serializers.DateTimeField(allow_null=True)


class Changes(PartnerView):
    """Every change once, in one order, whatever happens meanwhile; of what the key's scopes open."""

    scope = ANY
    parameters = (since, kinds, params.limit, params.cursor)

    @described(
        "changes", "What changed, oldest first", ChangesSerializer, parameters=parameters, problems=["changes_gone"]
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked, now = params.read(request, self.parameters), timezone.now()
        _check_scopes(asked.get("kind", ()), key_of(request))
        here = pagination.walk(request, asked)
        place = _place(here, now)
        if place is None:
            _check_since(asked.get("since"), now)
        last = changes.last_place()  # first: what comes after it is found by the next request
        found = list(_found(request, asked, place, now)[: here.limit + 1])
        more, found = len(found) > here.limit, found[: here.limit]
        reached = found[-1].seq if more else max([last, place or 0, *(event.seq for event in found)])
        cursor = pagination.cursor_of(request, [reached, _day(found[-1].written_at if more else now).isoformat()])
        body = {"data": found, "has_more": more, "next_cursor": cursor}
        headers = {"Link": pagination.link_to(request, cursor)} | modified(found[-1].written_at if found else None)
        return Response(ChangesSerializer(body).data, headers=headers)


def _day(moment: datetime) -> date:
    """Return the day of a cursor: that of the last event it passed, of which all that follow are still kept.

    A day is exact enough to tell how old a cursor is, and keeps the answer the same while nothing happens.
    """
    return moment.astimezone(UTC).date()


def _found(request: Request, asked: dict[str, Any], place: int | None, now: datetime) -> Any:
    events = changes.visible(key_of(request)).order_by("seq")
    if "kind" in asked:
        events = events.filter(kind__in=asked["kind"])
    if place is not None:
        return events.filter(seq__gt=place)
    return events.filter(written_at__gte=asked.get("since", now - WHOLE))


def _place(here: pagination.Walk, now: datetime) -> int | None:
    """Return the number that a cursor goes on after; None without one. Raises Refused where events after it may be gone."""
    if here.after is None:
        return None
    place, day = here.after
    if _day(now) - date.fromisoformat(day) >= KEPT:
        raise Refused(
            "changes_gone", "This cursor is 30 days old or older: read what you follow anew, then begin again."
        )
    return int(place)


def _check_scopes(kinds: Iterable[str], key: PartnerKey) -> None:
    for scope in changes.missing(kinds, key).values():
        raise scope_missing(scope, key)


def _check_since(moment: datetime | None, now: datetime) -> None:
    if moment and moment < now - BACK:
        words = f"since lies more than {BACK.days} days back: read what you follow anew, then ask from a later moment."
        raise Refused("changes_gone", words)


class Latest(PartnerView):
    """When films, charts, rights and models last changed, so that a client can skip what stands still."""

    scope = ANY

    @described("changesLatest", "When each collection last changed", LatestSerializer)
    def get(self, request: Request) -> HttpResponseBase:
        params.read(request, self.parameters)
        found = changes.latest(key_of(request))
        newest = max((moment for moment in found.values() if moment), default=None)
        return Response(LatestSerializer(found).data, headers=modified(newest))
