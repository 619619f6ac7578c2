"""The chart, and the receipt of a film's place in it."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.base import PartnerView, known, marks, modified
from catalog.api.errors import Refused
from catalog.api.film_shapes import chart_fields, chart_item, sparse
from catalog.api.schema import described
from catalog.api.serializers import ChartSerializer, EditionHead, ReceiptSerializer
from catalog.models import ChartEdition, Movie, PartnerKey
from catalog.selectors import catalogue, chart_pages, charts, revisions
from catalog.selectors.film_rows import film_row, place_of

TIE_BREAK = ["-wr", "-votes", "year", "id"]

edition_asked = params.number(
    "edition", 1, 2**31 - 1, "The chart of this edition, as it was published; without it of the one in force."
)


class TopChart(PartnerView):
    """The chart, best film first: whole, of a decade, of a genre, or of both."""

    scope = PartnerKey.Scope.CHARTS_READ
    parameters = (edition_asked, params.decade, params.genre, chart_fields, params.limit, params.cursor)

    @described(
        "topChart",
        "The chart",
        ChartSerializer,
        parameters=parameters,
        problems=["not_found", "edition_gone", "no_edition"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        here = pagination.walk(request, asked)
        revision = revisions.newest()
        edition = _followed(here.edition or asked.get("edition"), revision.edition)
        if answer := known(request, given := marks(request, revision)):
            return answer
        entries = chart_pages.entries(
            edition,
            in_force=edition == revision.edition,
            after=here.after or 0,
            most=here.limit + 1,
            decade=asked.get("decade"),
            genre=asked.get("genre"),
        )
        page = pagination.page(request, here, entries, lambda place: place.rank, edition.number)
        scope = {name: request.query_params.get(name) for name in ("decade", "genre")} | {
            "rank": "global",
            "c": "global",
        }
        shape = sparse(chart_item, asked.get("fields"))
        return pagination.listed(page, shape, given, edition=EditionHead(edition).data, scope=scope)


def _followed(number: int | None, newest: ChartEdition | None) -> ChartEdition:
    """Return the edition that was asked for, or that the walk began in; else the one in force. Raises Refused."""
    if newest and number in (None, newest.number):
        return newest
    edition = charts.editions().filter(number=number).first() if number else None
    if edition is None and number:
        raise Refused("not_found", f"There is no edition {number}.")
    if edition is None:
        raise Refused("no_edition", "No edition has been published so far.", headers={"Retry-After": "30"})
    if edition.thinned_at:
        charts.artefact(edition)  # says that it is gone
    return edition


class Receipt(PartnerView):
    """Everything that put a film at its rank, exact to the last digit."""

    scope = PartnerKey.Scope.CHARTS_READ

    @described("movieRank", "The receipt of a film's rank", ReceiptSerializer, problems=["not_found", "not_charted"])
    def get(self, request: Request, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        film = catalogue.film(number)
        receipt = charts.receipt(film)  # which reads the standing again, of one edition with the neighbours
        if receipt is None:
            raise Refused("not_charted", f"No vote for {film} counts, so the edition in force does not hold it.")
        headers = modified(revisions.newest().at)
        return Response(ReceiptSerializer(_document(film, receipt)).data, headers=headers)


def _document(film: Movie, receipt: charts.Receipt) -> dict[str, Any]:
    """Return what ReceiptSerializer reads."""
    standing, edition = receipt.standing, receipt.edition
    film.standing = standing
    return {
        "movie": film_row(film),
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
            "above": [place_of(other, other.standing) for other in receipt.above],
            "below": [place_of(other, other.standing) for other in receipt.below],
        },
    }
