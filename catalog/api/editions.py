"""Editions: what was published when, under which parameters, and how to check it."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.base import PartnerView, modified
from catalog.api.errors import Refused
from catalog.api.schema import described
from catalog.api.serializers import EditionSerializer, EditionsSerializer
from catalog.models import ChartEdition, PartnerKey
from catalog.selectors import charts
from catalog.selectors.documents import edition_document

VERIFY = "python verify_edition.py edition.json artefact.ndjson"


class Editions(PartnerView):
    """Every edition there was, newest first. Their numbers have no gap."""

    scope = PartnerKey.Scope.CHARTS_READ
    parameters = (params.limit, params.cursor)

    @described("editions", "Editions, newest first", EditionsSerializer, parameters=parameters)
    def get(self, request: Request) -> HttpResponseBase:
        here = pagination.walk(request, params.read(request, self.parameters))
        editions = charts.editions()
        if here.after is not None:
            editions = editions.filter(number__lt=here.after)
        found = [edition_document(edition) for edition in editions[: here.limit + 1]]
        page = pagination.page(request, here, found, lambda document: document["number"])
        return pagination.listed(page, dict, modified(charts.changed_at()))


class OneEdition(PartnerView):
    """One edition with its digests, its place in the chain, and the addresses of what proves it."""

    scope = PartnerKey.Scope.CHARTS_READ

    @described("edition", "One edition, and how to check it", EditionSerializer, problems=["not_found"])
    def get(self, request: Request, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        edition = charts.editions().filter(number=number).first()
        if edition is None:
            raise Refused("not_found", f"There is no edition {number}.")
        body = edition_document(edition) | {"verify": VERIFY, "links": _links(edition)}
        return Response(EditionSerializer(body).data, headers=modified(edition.thinned_at or edition.at))


def _links(edition: ChartEdition) -> dict[str, Any]:
    number = edition.number
    return {
        "page": reverse("edition", args=[number]),
        "document": reverse("edition-json", args=[number]),
        "artefact": None if edition.thinned_at else reverse("edition-artefact", args=[number]),
        "previous": reverse("api-edition", args=[number - 1]) if number > 1 else None,
    }
