"""Where and when films may be shown."""

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.authentication import key_of
from catalog.api.base import STARTED, PartnerView, modified
from catalog.api.errors import Refused, bad_parameter
from catalog.api.film_shapes import LicenceItem
from catalog.api.schema import described
from catalog.api.serializers import NEXT
from catalog.models import PartnerKey
from catalog.selectors import availability, film_more
from catalog.territories import COUNTRIES

movie = params.number("movie", 1, 10**10 - 1, "Only licences of this film.")
territory = params.Parameter(
    "territory",
    params.one_of({code: code for code in COUNTRIES}),
    "Only licences that cover this country: its own licences, and those for the whole world.",
    {"type": "string", "enum": list(COUNTRIES)},
)
at = params.moment_of("at", "Only licences that hold at this moment, by the clock of the territory.")


class AvailabilitySerializer(serializers.Serializer[dict[str, object]]):
    data = LicenceItem(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class Availability(PartnerView):
    """Licences by film, territory and moment, by number. A key that is limited to territories hears of no others."""

    scope = PartnerKey.Scope.RIGHTS_READ
    parameters = (movie, territory, at, params.limit, params.cursor)

    @described("availability", "Licences", AvailabilitySerializer, parameters=parameters)
    def get(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        here, key = pagination.walk(request, asked), key_of(request)
        if "territory" in asked and key.territories and asked["territory"] not in key.territories:
            raise bad_parameter("territory", f"territory: this key tells of {', '.join(key.territories)} alone.")
        given = modified(availability.changed_at() or STARTED)
        found = availability.licences(
            territories=key.territories,
            movie=asked.get("movie"),
            territory=asked.get("territory"),
            at=asked.get("at"),
            after=here.after or 0,
            most=here.limit + 1,
        )
        page = pagination.page(request, here, found, lambda licence: licence.pk)
        return pagination.listed(page, lambda one: film_more.licence_facts(one, asked.get("territory")), given)


class OneLicence(PartnerView):
    """One licence, by its number."""

    scope = PartnerKey.Scope.RIGHTS_READ

    @described("licence", "One licence", LicenceItem, problems=["not_found"])
    def get(self, request: Request, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        found = film_more.visible(key_of(request).territories).filter(pk=number).first()
        if found is None:
            raise Refused("not_found", f"There is no licence {number}.")
        return Response(film_more.licence_facts(found), headers=modified(availability.changed_at() or STARTED))
