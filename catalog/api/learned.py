"""Bodies of what the learned system says. Scores and weights are whole numbers, so that adding them up proves them."""

from typing import Any

from rest_framework import serializers

from catalog.models import Movie
from catalog.recsys.linear import SCALE
from catalog.selectors.film_rows import Place
from catalog.selectors.recommendations import Pick

LACK = (
    "Why there is no learned list: nothing_served (no version is approved), away (it cannot be read), no_ratings, "
    "no_likes (none of the ratings speaks for another film), nothing_left; null when there is one."
)
VERSION = "The approved version that answered, as in /models; null when none did."


class RatingSent(serializers.Serializer[Any]):
    movie = serializers.IntegerField(min_value=1)
    value = serializers.IntegerField(min_value=1, max_value=10)


class WantedSerializer(serializers.Serializer[Any]):
    """Ratings of one person. They are used for this answer alone and not kept."""

    ratings = RatingSent(many=True, help_text="At most 500, each film once.")
    limit = serializers.IntegerField(min_value=1, max_value=50, default=10, required=False)


class Reason(serializers.Serializer[Any]):
    movie = serializers.IntegerField(help_text="One of the films that were rated.")
    weight = serializers.IntegerField(help_text="What its rating adds to the score; below zero when it speaks against.")


class RecommendedItem(serializers.Serializer[Any]):
    """One film of the list."""

    rank = serializers.IntegerField(
        help_text="From 1, among all films that are not rated; of the chart, the rank in the whole chart."
    )
    best_rank = serializers.IntegerField(
        allow_null=True,
        help_text="Four in five refits on other people keep the rank between these two, counted from 1.",
    )
    worst_rank = serializers.IntegerField(allow_null=True)
    id = serializers.IntegerField()
    slug = serializers.SlugField()
    title = serializers.CharField()
    year = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True, help_text="The sum of the weights of the reasons, exactly.")
    reasons = Reason(many=True, help_text="Every rating that has a weight, strongest first.")

    def to_representation(self, instance: Pick | Place) -> dict[str, Any]:
        """Written out, since a list can hold 25,000 reasons."""
        if isinstance(instance, Place):
            chart = {"rank": instance.rank, "best_rank": None, "worst_rank": None}
            return chart | _film(instance) | {"score": None, "reasons": []}
        return {
            "rank": instance.rank,
            "best_rank": instance.best_rank,
            "worst_rank": instance.worst_rank,
            **_film(instance.film),
            "score": instance.score,
            "reasons": [{"movie": cause.film.pk, "weight": cause.weight} for cause in instance.because],
        }


def _film(movie: Movie | Place) -> dict[str, Any]:
    return {"id": movie.id, "slug": movie.slug, "title": movie.title, "year": movie.year}


class RecommendationsSerializer(serializers.Serializer[Any]):
    """A list for the ratings sent; the chart, and why, where there is no learned one."""

    basis = serializers.ChoiceField(["ratings", "chart"])
    lack = serializers.CharField(allow_null=True, help_text=LACK)
    version = serializers.CharField(allow_null=True, help_text=VERSION)
    edition = serializers.IntegerField(allow_null=True, help_text="Of the chart, when it is the basis.")
    unit = serializers.IntegerField(help_text=f"So many units of score make 1: {SCALE}.")
    speaking = serializers.IntegerField(help_text="How many of the ratings speak for other films in this version.")
    data = RecommendedItem(many=True)  # type: ignore[assignment]


class SimilarItem(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    slug = serializers.SlugField()
    title = serializers.CharField()
    year = serializers.IntegerField()
    weight = serializers.IntegerField(help_text="What liking the film adds to this one's score.")

    def to_representation(self, instance: tuple[Movie, int]) -> dict[str, Any]:
        return _film(instance[0]) | {"weight": instance[1]}


class SimilarSerializer(serializers.Serializer[Any]):
    """Films that liking one film lifts, most lifted first."""

    movie = serializers.IntegerField()
    version = serializers.CharField(allow_null=True, help_text=VERSION)
    lack = serializers.CharField(
        allow_null=True, help_text="nothing_served, away, or unknown_to_version: nobody had rated it when that learned."
    )
    unit = serializers.IntegerField(help_text=f"So many units of weight make 1: {SCALE}.")
    data = SimilarItem(many=True)  # type: ignore[assignment]
