"""The chart, and the receipt of a film's place in it."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.base import PartnerView, known, marks
from catalog.api.errors import Refused
from catalog.api.schema import described
from catalog.api.serializers import ChartSerializer, ReceiptSerializer
from catalog.models import ChartEdition, Movie, PartnerKey
from catalog.selectors import catalogue, chart_pages, charts, revisions
from catalog.selectors.chart_pages import Entry

TIE_BREAK = ["-wr", "-votes", "year", "id"]


class TopChart(PartnerView):
    """The chart, best film first: whole, of a decade, of a genre, or of both."""

    scope = PartnerKey.Scope.CHARTS_READ
    parameters = (params.decade, params.genre, params.limit, params.cursor)

    @described("topChart", "The chart", ChartSerializer, parameters=parameters, problems=["edition_gone", "no_edition"])
    def get(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        here = pagination.walk(request, asked)
        revision = revisions.newest()
        if answer := known(request, given := marks(request, revision)):
            return answer
        edition = _followed(here, revision.edition)
        entries = chart_pages.entries(
            edition,
            in_force=edition == revision.edition,
            after=here.after or 0,
            most=here.limit + 1,
            decade=asked.get("decade"),
            genre=asked.get("genre"),
        )
        page = pagination.page(request, here, entries, lambda entry: entry.place.rank, edition.number)
        scope = {name: request.query_params.get(name) for name in ("decade", "genre")} | {
            "rank": "global",
            "c": "global",
        }
        return pagination.listed(page, ChartSerializer, given, edition=edition, scope=scope)


def _followed(here: pagination.Walk, newest: ChartEdition | None) -> ChartEdition:
    """Return the edition that the walk began in, or the one in force at its beginning. Raises Refused before the first."""
    edition = charts.editions().filter(number=here.edition).first() if here.edition else newest
    if edition is None:
        raise Refused("no_edition", "No edition has been published so far.", headers={"Retry-After": "30"})
    return edition


class Receipt(PartnerView):
    """Everything that put a film at its rank, exact to the last digit."""

    scope = PartnerKey.Scope.CHARTS_READ

    @described("movieRank", "The receipt of a film's rank", ReceiptSerializer, problems=["not_found", "not_charted"])
    def get(self, request: Request, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        film = catalogue.film(number)
        receipt = charts.receipt(film)
        if receipt is None:
            raise Refused("not_charted", f"No vote for {film} counts, so the edition in force does not hold it.")
        return Response(ReceiptSerializer(_document(film, receipt)).data)


def _document(film: Movie, receipt: charts.Receipt) -> dict[str, Any]:
    """Return what ReceiptSerializer reads."""
    standing, edition = receipt.standing, receipt.edition
    return {
        "movie": film,
        "edition": edition,
        "rank": standing.rank,
        "wr": standing.wr_e6,
        "v": standing.votes,
        "S": standing.points,
        "R": receipt.mean,
        "m": edition.prior_votes,
        "C": receipt.house_mean,
        "own_weight": receipt.own_weight,
        "house_weight": receipt.house_weight,
        "exact": receipt.exact,
        "tie_break": {"order": TIE_BREAK, "tied": receipt.tied},
        "neighbours": {
            "above": [Entry(other, other.standing) for other in receipt.above],
            "below": [Entry(other, other.standing) for other in receipt.below],
        },
    }
