"""The catalogue: films in any order, and one film."""

from collections.abc import Sequence
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import pagination, params
from catalog.api.base import STARTED, PartnerView, known, marks, modified
from catalog.api.errors import Refused, bad_parameter
from catalog.api.film_shapes import Shape, added, check_scopes, include, movie_fields, movie_item, sparse
from catalog.api.params import Genres, Parameter
from catalog.api.schema import described
from catalog.api.serializers import LookupSerializer, MovieSerializer, MoviesSerializer, SourceSerializer
from catalog.models import ChartEdition, Movie, PartnerKey, Standing
from catalog.models.movies import FIRST_YEAR, LAST_YEAR
from catalog.selectors import catalogue, revisions
from catalog.selectors.catalogue import MATCH, ORDERS, Order
from catalog.selectors.film_rows import FilmRow, film_row
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

FOUND = 10  # films that a title may mean
title = Parameter(
    "title",
    params.title.read,
    "The title as you know it; accents, case, articles and a slip of the pen do not matter.",
    params.title.schema,
    {"Title": "the third man"},
    required=True,
)
year = params.number("year", FIRST_YEAR, LAST_YEAR, "The film's year; one year off still counts, as a weaker match.")


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
        movie_fields,
        include,
        params.limit,
        params.cursor,
    )

    @described("movies", "Films", MoviesSerializer, parameters=parameters, problems=["edition_changed"])
    def get(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        order = _order(asked)
        check_scopes(request, asked.get("include", ()))
        here = pagination.walk(request, asked)
        for again in (True, False):
            revision = revisions.newest()
            _check_edition(here, revision, order)
            given = marks(request, revision) if "include" not in asked else {}  # what else is told changes by itself
            if given and (answer := known(request, given)):
                return answer
            films = catalogue.walk(_found(asked), order, here.after, here.limit + 1)
            number = revision.edition.number if revision.edition else None
            if not again or all(row.edition in (None, number) for row, _ in films):
                break  # or else an edition came out between two statements: read it all again
        page = pagination.page(request, here, films, _place, number)
        told = _told(request, asked, [row for row, _ in page.data], revision.edition)
        headers = given or modified(timezone.now())
        return pagination.listed(page, lambda found: told(found[0]), headers, edition=number)


def _place(found: tuple[FilmRow, Any]) -> list[Any]:
    return [found[1], found[0].id]


def _told(request: Request, asked: dict[str, Any], rows: Sequence[FilmRow], edition: ChartEdition | None) -> Shape:
    """Return how each of these films is told: with the fields that are wanted, and what is wanted beside them."""
    shape, names = sparse(movie_item, asked.get("fields")), asked.get("include", ())
    if not names:
        return shape
    more = added(request, names, rows, edition)
    return lambda row: {**shape(row), **more[row.id]}


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
    parameters = (movie_fields, include)

    @described("movie", "One film", MovieSerializer, parameters=parameters, problems=["not_found"])
    def get(self, request: Request, number: int) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        check_scopes(request, asked.get("include", ()))
        film = catalogue.film(number)
        place, row = getattr(film, "standing", None), film_row(film)
        body = _told(request, asked, [row], place.edition if place and "include" in asked else None)(row)
        if "fields" not in asked:
            body |= _beside(film, place)
        headers = modified(timezone.now() if "include" in asked else revisions.newest().at or STARTED)
        return Response(body, headers=headers)


def _beside(film: Movie, place: Standing | None) -> dict[str, Any]:
    """Return what is told of one film alone: whose numbers these are, on whose terms, and where to go on."""
    return {
        "edition": place.edition_id if place else None,
        "source": SourceSerializer(film.source).data if film.source else None,
        "links": {
            "page": film.get_absolute_url(),
            "rank": reverse("api-movie-rank", args=[film.pk]),
            "terms": reverse("data"),
        },
    }


class Lookup(PartnerView):
    """Films by title and year, as partners write them: the likeliest first."""

    scope = PartnerKey.Scope.CATALOG_READ
    parameters = (title, year, movie_fields)

    @described("lookupMovie", "Films by title and year", LookupSerializer, parameters=parameters)
    def get(self, request: Request) -> HttpResponseBase:
        asked = params.read(request, self.parameters)
        found = catalogue.lookup(asked["title"], asked.get("year"), FOUND)
        shape = sparse(movie_item, asked.get("fields"))
        data = [{"match": match, "movie": shape(row)} for row, match in found]
        return Response({"data": data}, headers=modified(revisions.newest().at))
