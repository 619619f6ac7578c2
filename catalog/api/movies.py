"""The catalogue: films in any order, and one film."""

from typing import Any

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.base import PartnerView, known, marks
from catalog.api.errors import Refused, bad_parameter
from catalog.api.params import Genres, Parameter
from catalog.api.schema import described
from catalog.api.serializers import MovieSerializer, MoviesSerializer
from catalog.models import PartnerKey
from catalog.selectors import catalogue, revisions
from catalog.selectors.catalogue import MATCH, ORDERS, Order
from catalog.selectors.revisions import Revision

ANY = Genres((), every=True)
BY_WORD = ORDERS | {"match": MATCH}
sort = Parameter(
    "sort",
    params.one_of(BY_WORD),
    "Order; a minus means greatest first, and equals follow by id (of -wr as in the chart). "
    "Default: id, or with q match, as the search page sorts. "
    "rank, -wr, -votes and match follow the edition in force: a cursor from before a newer one answers 409.",
    {"type": "string", "enum": list(BY_WORD)},
)


class Movies(PartnerView):
    """Films that fit all that is asked. The default order visits each exactly once, whatever changes meanwhile."""

    scope = PartnerKey.Scope.CATALOG_READ
    parameters = (
        params.year_from,
        params.year_until,
        params.votes_from,
        params.genres,
        params.title,
        sort,
        params.limit,
        params.cursor,
    )

    @described("movies", "Films", MoviesSerializer, parameters=parameters, problems=["edition_changed"])
    def get(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        order = _order(asked)
        here = pagination.walk(request, asked)
        revision = revisions.newest()
        _check_edition(here, revision, order)
        if answer := known(request, given := marks(request, revision)):
            return answer
        films = catalogue.walk(_found(asked), order, here.after, here.limit + 1)
        number = revision.edition.number if revision.edition else None
        page = pagination.page(request, here, films, _place, number)
        return pagination.listed(page, MoviesSerializer, given, edition=number)


def _place(film: Any) -> list[Any]:
    return [film.place, film.pk]


def _order(asked: dict[str, Any]) -> Order:
    order: Order = asked.get("sort") or (MATCH if "q" in asked else ORDERS["id"])
    if order is MATCH and "q" not in asked:
        raise bad_parameter("sort", "sort can be match only together with q.")
    return order


def _check_edition(here: pagination.Walk, revision: Revision, order: Order) -> None:
    """Raise Refused when the order follows an edition that has been replaced since the walk began."""
    newest = revision.edition.number if revision.edition else None
    if order.pinned and here.after is not None and here.edition != newest:
        raise Refused(
            "edition_changed",
            f"This walk follows edition {here.edition}, and edition {newest} is in force now: start again without a cursor.",
        )


def _found(asked: dict[str, Any]) -> Any:
    genres: Genres = asked.get("genre", ANY)
    return catalogue.find(
        words=asked.get("q", ""),
        year_from=asked.get("year.gte"),
        year_until=asked.get("year.lte"),
        votes_from=asked.get("votes.gte"),
        every_genre=genres.names if genres.every else (),
        any_genre=() if genres.every else genres.names,
    )


class OneMovie(PartnerView):
    """One film."""

    scope = PartnerKey.Scope.CATALOG_READ

    @described("movie", "One film", MovieSerializer, problems=["not_found"])
    def get(self, request: Request, number: int) -> HttpResponseBase:
        params.read(request, self.parameters)
        return Response(MovieSerializer(catalogue.film(number)).data)
