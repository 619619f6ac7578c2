"""The API's answers as others would make them: stock DRF, django-ninja, and a plain view with values() and orjson.

None of them asks for a key, counts, pages by cursor, answers conditionally or refuses what it does not know.
"""

from typing import Any, cast

import ninja
import orjson
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Movie
from catalog.recsys.linear import LinearModel
from mlops.serving import served

COLUMNS = (
    "id",
    "title",
    "year",
    "runtime",
    "certificate",
    "genres",
    "standing__rank",
    "standing__votes",
    "standing__wr_e6",
)
MOST = 50


class StockMovie(serializers.ModelSerializer[Movie]):
    rank = serializers.IntegerField(source="standing.rank")
    votes = serializers.IntegerField(source="standing.votes")
    wr_e6 = serializers.IntegerField(source="standing.wr_e6")

    class Meta:
        model = Movie
        fields = ("id", "title", "year", "runtime", "certificate", "genres", "rank", "votes", "wr_e6")


class StockList(APIView):
    def get(self, request: Any) -> Response:
        films = Movie.objects.select_related("standing").filter(standing__isnull=False).order_by("pk")[:MOST]
        return Response(StockMovie(films, many=True).data)


class StockChart(APIView):
    def get(self, request: Any) -> Response:
        return Response(StockMovie(Movie.objects.charted()[:MOST], many=True).data)


class StockOne(APIView):
    def get(self, request: Any, pk: int) -> Response:
        return Response(StockMovie(Movie.objects.select_related("standing").get(pk=pk)).data)


class StockPicks(APIView):
    def post(self, request: Any) -> Response:
        return Response(picks({one["movie"]: one["value"] for one in request.data["ratings"]}))


def plain_list(request: HttpRequest) -> HttpResponse:
    films = Movie.objects.filter(standing__isnull=False).order_by("pk").values(*COLUMNS)[:MOST]
    return HttpResponse(orjson.dumps(list(films)), content_type="application/json")


def plain_chart(request: HttpRequest) -> HttpResponse:
    films = Movie.objects.filter(standing__rank__isnull=False).order_by("standing__rank").values(*COLUMNS)[:MOST]
    return HttpResponse(orjson.dumps(list(films)), content_type="application/json")


def plain_one(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(Movie.objects.values(*COLUMNS).get(pk=pk)), content_type="application/json")


def plain_picks(request: HttpRequest) -> HttpResponse:
    given = {one["movie"]: one["value"] for one in orjson.loads(request.body)["ratings"]}
    return HttpResponse(orjson.dumps(picks(given)), content_type="application/json")


def picks(given: dict[int, int]) -> list[dict[str, Any]]:
    """The served version's list: the same arithmetic for everybody."""
    model = cast(LinearModel, served("recommender").model)
    found = model.top_n(given, n=10)
    films = Movie.objects.in_bulk([one.film for one in found])
    return [
        {
            "id": one.film,
            "title": films[one.film].title,
            "score": one.score,
            "reasons": [{"movie": lift.film, "weight": lift.weight} for lift in one.lifts],
        }
        for one in found
        if one.film in films
    ]


api = ninja.NinjaAPI()


class NinjaMovie(ninja.Schema):
    id: int
    title: str
    year: int
    runtime: int | None
    certificate: str
    genres: str
    rank: int | None
    votes: int
    wr_e6: int


class Given(ninja.Schema):
    movie: int
    value: int


class Wanted(ninja.Schema):
    ratings: list[Given]


NUMBERS = {"rank": F("standing__rank"), "votes": F("standing__votes"), "wr_e6": F("standing__wr_e6")}


@api.get("/movies", response=list[NinjaMovie])
def ninja_list(request: HttpRequest) -> Any:
    return Movie.objects.filter(standing__isnull=False).annotate(**NUMBERS).order_by("pk")[:MOST]


@api.get("/chart", response=list[NinjaMovie])
def ninja_chart(request: HttpRequest) -> Any:
    return Movie.objects.filter(standing__rank__isnull=False).annotate(**NUMBERS).order_by("rank")[:MOST]


@api.get("/movies/{pk}", response=NinjaMovie)
def ninja_one(request: HttpRequest, pk: int) -> Any:
    return Movie.objects.annotate(**NUMBERS).get(pk=pk)


@api.post("/picks")
def ninja_picks(request: HttpRequest, wanted: Wanted) -> Any:
    return picks({one.movie: one.value for one in wanted.ratings})


urlpatterns = [
    path("stock/movies", StockList.as_view()),
    path("stock/chart", StockChart.as_view()),
    path("stock/movies/<int:pk>", StockOne.as_view()),
    path("stock/picks", StockPicks.as_view()),
    path("plain/movies", plain_list),
    path("plain/chart", plain_chart),
    path("plain/movies/<int:pk>", plain_one),
    path("plain/picks", plain_picks),
    path("ninja/", api.urls),
]
