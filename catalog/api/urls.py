"""The partner API, version 1."""

from django.urls import path, re_path, register_converter

from catalog import opaque
from catalog.api import (
    availability,
    changes,
    charts,
    deliveries,
    editions,
    explained,
    import_results,
    imports,
    models,
    movies,
    own_use,
    recommendations,
    schema,
    user_plays,
    users,
    webhooks,
)
from catalog.api.viewers import Reference


class _Opaque:
    """What a thing of a partner's is known by."""

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class ImportId(_Opaque):
    regex = opaque.pattern("imp")


class EndpointId(_Opaque):
    regex = opaque.pattern("whk")


class DeliveryId(_Opaque):
    regex = opaque.pattern("dlv")


class WholeNumber:
    """A number from 1 as we write it, small enough for every database."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(WholeNumber, "whole")
register_converter(Reference, "reference")
register_converter(ImportId, "import")
register_converter(EndpointId, "endpoint")
register_converter(DeliveryId, "delivery")

urlpatterns = [
    path("charts/top", charts.TopChart.as_view(), name="api-chart"),
    path("movies", movies.Movies.as_view(), name="api-movies"),
    path("movies/lookup", movies.Lookup.as_view(), name="api-lookup"),
    path("movies/<whole:number>", movies.OneMovie.as_view(), name="api-movie"),
    path("movies/<whole:number>/rank", charts.Receipt.as_view(), name="api-movie-rank"),
    path("movies/<whole:number>/similar", recommendations.Similar.as_view(), name="api-movie-similar"),
    path("recommendations", recommendations.Recommendations.as_view(), name="api-recommendations"),
    path("availability", availability.Availability.as_view(), name="api-availability"),
    path("availability/<whole:number>", availability.OneLicence.as_view(), name="api-licence"),
    path("users/<reference:reference>", users.User.as_view(), name="api-user"),
    path("users/<reference:reference>/ratings", users.UserRatings.as_view(), name="api-user-ratings"),
    path("users/<reference:reference>/ratings/<whole:number>", users.UserRating.as_view(), name="api-user-rating"),
    path("users/<reference:reference>/plays", user_plays.UserPlays.as_view(), name="api-user-plays"),
    path("users/<reference:reference>/plays/<whole:number>", user_plays.UserPlay.as_view(), name="api-user-play"),
    path(
        "users/<reference:reference>/recommendations",
        users.UserRecommendations.as_view(),
        name="api-user-recommendations",
    ),
    path("models", models.Models.as_view(), name="api-models"),
    path("models/<slug:recipe>/<whole:number>", models.OneModel.as_view(), name="api-model"),
    path("editions", editions.Editions.as_view(), name="api-editions"),
    path("editions/<whole:number>", editions.OneEdition.as_view(), name="api-edition"),
    path("key", own_use.OwnKey.as_view(), name="api-key"),
    path("usage", own_use.OwnUsage.as_view(), name="api-usage"),
    path("status", own_use.Status.as_view(), name="api-status"),
    path("changes", changes.Changes.as_view(), name="api-changes"),
    path("changes/latest", changes.Latest.as_view(), name="api-changes-latest"),
    path("webhooks", webhooks.Endpoints.as_view(), name="api-webhooks"),
    path("webhooks/<endpoint:uid>", webhooks.OneEndpoint.as_view(), name="api-webhook"),
    path("webhooks/<endpoint:uid>/secret", webhooks.Secret.as_view(), name="api-webhook-secret"),
    path("webhooks/<endpoint:uid>/test", deliveries.Test.as_view(), name="api-webhook-test"),
    path("webhooks/<endpoint:uid>/deliveries", deliveries.Deliveries.as_view(), name="api-deliveries"),
    path("webhooks/<endpoint:uid>/deliveries/<delivery:dlv>", deliveries.OneDelivery.as_view(), name="api-delivery"),
    path("webhooks/<endpoint:uid>/deliveries/<delivery:dlv>/replay", deliveries.Replay.as_view(), name="api-replay"),
    path("imports", imports.Imports.as_view(), name="api-imports"),
    path("imports/<import:uid>", imports.OneImport.as_view(), name="api-import"),
    path("imports/<import:uid>/result", import_results.Result.as_view(), name="api-import-result"),
    path("schema", schema.Schema.as_view(), name="api-schema"),
    path("problems", explained.ProblemKinds.as_view(), name="api-problems"),
    path("problems/<slug:code>", explained.ProblemPage.as_view(), name="api-problem"),
    re_path("", schema.Nowhere.as_view()),
]
