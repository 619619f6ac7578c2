"""The partner API, version 1."""

from django.urls import path, re_path, register_converter

from catalog.api import changes, charts, deliveries, editions, models, movies, recommendations, schema, webhooks


class WholeNumber:
    """A number from 1 as we write it, small enough for every database."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(WholeNumber, "whole")

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
    path("changes", changes.Changes.as_view(), name="api-changes"),
    path("changes/latest", changes.Latest.as_view(), name="api-changes-latest"),
    path("webhooks", webhooks.Endpoints.as_view(), name="api-webhooks"),
    path("webhooks/<str:uid>", webhooks.OneEndpoint.as_view(), name="api-webhook"),
    path("webhooks/<str:uid>/secret", webhooks.Secret.as_view(), name="api-webhook-secret"),
    path("webhooks/<str:uid>/test", deliveries.Test.as_view(), name="api-webhook-test"),
    path("webhooks/<str:uid>/deliveries", deliveries.Deliveries.as_view(), name="api-deliveries"),
    path("webhooks/<str:uid>/deliveries/<str:dlv>", deliveries.OneDelivery.as_view(), name="api-delivery"),
    path("webhooks/<str:uid>/deliveries/<str:dlv>/replay", deliveries.Replay.as_view(), name="api-replay"),
    path("schema", schema.Schema.as_view(), name="api-schema"),
    path("problems/<slug:code>", schema.ProblemPage.as_view(), name="api-problem"),
    re_path("", schema.Nowhere.as_view()),
]
