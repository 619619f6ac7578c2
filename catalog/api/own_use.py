"""What a partner may know of its own key and its own use, and whether the house is well."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import params
from catalog.api.authentication import key_of
from catalog.api.base import STARTED, PartnerView, PublicView, modified
from catalog.api.permissions import ANY
from catalog.api.schema import described
from catalog.models import PartnerKey
from catalog.selectors import charts
from catalog.services import partner_use
from catalog.territories import COUNTRIES
from catalog.versions import NEWEST, VERSIONS

ALL_COUNTRIES = list(COUNTRIES)


def day_of(name: str, description: str) -> params.Parameter:
    def read_day(text: str) -> date:
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = date.min
        if found.isoformat() != text or not 1970 <= found.year <= 9998:
            raise ValueError("must be a day such as 2026-11-28.")
        return found

    return params.Parameter(name, read_day, description, {"type": "string", "format": "date"})


until = day_of("until", "The last day, UTC; today unless told.")
days = params.number("days", 1, 92, "How many days up to that one, 30 unless told.", default=30)


class KeySerializer(serializers.Serializer[Any]):
    """The key that asks."""

    partner = serializers.CharField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    last_four = serializers.CharField()
    test = serializers.BooleanField(help_text="For trying out: what it writes trains nothing and counts nowhere.")
    scopes = serializers.ListField(child=serializers.ChoiceField(PartnerKey.Scope.values))
    territories = serializers.ListField(
        child=serializers.ChoiceField(list(COUNTRIES)), help_text="The only ones whose rights it tells of; none: all."
    )
    networks = serializers.ListField(
        child=serializers.CharField(), help_text="The only ones it is used from; none: all."
    )
    version = serializers.CharField(allow_null=True, help_text="null: the newest.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    reads_per_minute = serializers.IntegerField()
    writes_per_minute = serializers.IntegerField()
    requests_per_month = serializers.IntegerField(help_text="Of all keys of the partner together.")


class UsageItem(serializers.Serializer[Any]):
    day = serializers.DateField()
    operation = serializers.CharField(help_text="The operationId; empty where a request reached none.")
    status = serializers.IntegerField()
    calls = serializers.IntegerField()


class UsageMonth(serializers.Serializer[Any]):
    quota = serializers.IntegerField()
    used = serializers.IntegerField(help_text="On record; the last seconds may lack. Answers 304 and 429 cost nothing.")


class UsageSerializer(serializers.Serializer[Any]):
    since = serializers.DateField()
    until = serializers.DateField()
    month = UsageMonth(help_text="The month that it is now, UTC.")
    data = UsageItem(many=True)  # type: ignore[assignment]


class StatusSerializer(serializers.Serializer[Any]):
    """Whether the API answers, which versions there are, and how fresh the chart is."""

    status = serializers.CharField(help_text="ok: it does.")
    versions = serializers.ListField(child=serializers.CharField())
    newest_version = serializers.CharField()
    edition = serializers.IntegerField(allow_null=True)
    edition_at = serializers.DateTimeField(allow_null=True)
    edition_every = serializers.IntegerField(help_text="Seconds between two editions, at least.")


class OwnKey(PartnerView):
    """What the key that asks may do."""

    scope = ANY

    @described("key", "The key that asks", KeySerializer)
    def get(self, request: Request) -> HttpResponseBase:
        params.read(request, self.parameters)
        key = key_of(request)
        return Response(KeySerializer(partner_use.terms(key)).data, headers=modified(partner_use.changed_at(key)))


class OwnUsage(PartnerView):
    """How often the partner called what, by day."""

    scope = ANY
    parameters = (until, days)

    @described("usage", "Calls by day, operation and status", UsageSerializer, parameters=parameters)
    def get(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        now = timezone.now()
        last = asked.get("until", now.date())
        first = last - timedelta(days=asked.get("days", 30) - 1)
        partner = key_of(request).partner
        rows = partner_use.by_day(partner=partner, first=first, last=last)
        month = partner_use.month(partner=partner, at=now)
        return Response(
            UsageSerializer({"since": first, "until": last, "month": month, "data": rows}).data, headers=modified(now)
        )


class Status(PublicView):
    """Whether the API answers, which versions of it there are, and how fresh the chart is."""

    authentication_classes = ()
    permission_classes = ()

    @described("status", "Whether the API answers", StatusSerializer, problems=["unavailable"], public=True)
    def get(self, request: Request) -> HttpResponseBase:
        params.read(request, self.parameters)
        edition = charts.newest()
        body = {
            "status": "ok",
            "versions": VERSIONS,
            "newest_version": NEWEST,
            "edition": edition.number if edition else None,
            "edition_at": edition.at if edition else None,
            "edition_every": settings.EDITION_EVERY,
        }
        return Response(StatusSerializer(body).data, headers=modified(edition.at if edition else STARTED))
