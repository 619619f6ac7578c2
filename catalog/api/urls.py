"""The partner API, version 1."""

from django.urls import path, re_path, register_converter

from catalog import opaque
from catalog.api import charts, editions, import_results, imports, models, movies, recommendations, schema


class ImportId:
    """What an import is known by."""

    regex = rf"imp_[0-9A-Za-z]{{{opaque.RANDOM}}}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class WholeNumber:
    """A number from 1 as we write it, small enough for every database."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(WholeNumber, "whole")
register_converter(ImportId, "import")

urlpatterns = [
    path("charts/top", charts.TopChart.as_view(), name="api-chart"),
    path("movies", movies.Movies.as_view(), name="api-movies"),
    path("movies/<whole:number>", movies.OneMovie.as_view(), name="api-movie"),
    path("movies/<whole:number>/rank", charts.Receipt.as_view(), name="api-movie-rank"),
    path("movies/<whole:number>/similar", recommendations.Similar.as_view(), name="api-movie-similar"),
    path("recommendations", recommendations.Recommendations.as_view(), name="api-recommendations"),
    path("models", models.Models.as_view(), name="api-models"),
    path("models/<slug:recipe>/<whole:number>", models.OneModel.as_view(), name="api-model"),
    path("editions", editions.Editions.as_view(), name="api-editions"),
    path("editions/<whole:number>", editions.OneEdition.as_view(), name="api-edition"),
    path("imports", imports.Imports.as_view(), name="api-imports"),
    path("imports/<import:uid>", imports.OneImport.as_view(), name="api-import"),
    path("imports/<import:uid>/result", import_results.Result.as_view(), name="api-import-result"),
    path("schema", schema.Schema.as_view(), name="api-schema"),
    path("problems/<slug:code>", schema.ProblemPage.as_view(), name="api-problem"),
    re_path("", schema.Nowhere.as_view()),
]
