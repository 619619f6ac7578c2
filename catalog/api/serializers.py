"""The bodies of the API. What a serializer declares is what is sent: tests hold each body against the schema."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from catalog.api.fields import Exact4, Exact6, Ratio, Whole
from catalog.models import GENRES
from catalog.selectors.chart_pages import Entry
from catalog.selectors.documents import decimal

MEAN = "R: mean of the votes, S/10v, in points; four decimals, halves to even."
WR = "Weighted rating; six decimals, halves to even. This rounded value decides the rank."
NEXT = "Give it as ?cursor= for the next page, all other parameters as they were; null on the last page."
RANK = "Rank in the whole chart, from 1; of equal WR the film with more votes comes first, then the older, then the lower id."


class EditionHead(serializers.Serializer[Any]):
    """The edition that numbers come from."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    c = Exact4(source="mean_e4", help_text="C: mean of the means of all films with a vote; four decimals, and used so.")
    m = serializers.IntegerField(source="prior_votes", help_text="m: how many votes the mean of all films weighs.")
    floor = serializers.IntegerField(help_text="Least votes to have a rank.")
    version = serializers.CharField(source="version_label", help_text="The approved version of the formula.")
    content_digest = serializers.CharField(help_text="SHA-256 of the edition's artefact.")


class ChartItem(serializers.Serializer[Entry]):
    rank = serializers.IntegerField(allow_null=True, help_text=RANK)
    id = serializers.IntegerField()
    slug = serializers.SlugField()
    title = serializers.CharField()
    year = serializers.IntegerField()
    votes = serializers.IntegerField(help_text="v: votes that counted in the edition.")
    mean = Exact4(help_text=MEAN)
    wr = Exact6(help_text=WR)

    def to_representation(self, instance: Entry) -> dict[str, Any]:
        """Written out, since a page holds up to 250 of them: five times as fast as field by field."""
        movie, place = instance.movie, instance.place
        return {
            "rank": place.rank,
            "id": movie.pk,
            "slug": movie.slug,
            "title": movie.title,
            "year": movie.year,
            "votes": place.votes,
            "mean": decimal(instance.mean_e4, 4),
            "wr": decimal(place.wr_e6, 6),
        }


class ChartScope(serializers.Serializer[Any]):
    """What the list holds, and what its numbers are relative to."""

    decade = serializers.CharField(allow_null=True)
    genre = serializers.CharField(allow_null=True)
    rank = Whole(help_text="Ranks are those of the whole chart, also in a part of it.")
    c = Whole(help_text="C is that of all films, also in a part of the chart.")


class ChartSerializer(serializers.Serializer[Any]):
    """A page of the chart. A walk stays inside the edition it began in, also when a newer one is published."""

    edition = EditionHead()
    scope = ChartScope()
    data = ChartItem(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class MovieItem(serializers.Serializer[Any]):
    """A film; its numbers are those of the edition in force, null when it is not in it."""

    id = serializers.IntegerField()
    slug = serializers.SlugField()
    title = serializers.CharField()
    year = serializers.IntegerField()
    runtime = serializers.IntegerField(allow_null=True, help_text="Minutes.")
    certificate = serializers.CharField(allow_blank=True)
    genres = serializers.ListField(child=serializers.ChoiceField(GENRES))
    rank = serializers.IntegerField(allow_null=True, help_text=RANK)
    votes = serializers.IntegerField(allow_null=True)
    mean = Exact4(allow_null=True, help_text=MEAN)
    wr = Exact6(allow_null=True, help_text=WR)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Written out, as ChartItem's."""
        place = getattr(instance, "standing", None)
        return {
            "id": instance.pk,
            "slug": instance.slug,
            "title": instance.title,
            "year": instance.year,
            "runtime": instance.runtime,
            "certificate": instance.certificate,
            "genres": list(instance.genre_names),
            "rank": place.rank if place else None,
            "votes": place.votes if place else None,
            "mean": decimal(Entry(instance, place).mean_e4, 4) if place else None,
            "wr": decimal(place.wr_e6, 6) if place else None,
        }


class MoviesSerializer(serializers.Serializer[Any]):
    edition = serializers.IntegerField(allow_null=True, help_text="The edition in force, whose numbers these are.")
    data = MovieItem(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class SourceSerializer(serializers.Serializer[Any]):
    """Where the film's data came from, and on which terms."""

    key = serializers.CharField()
    title = serializers.CharField()
    licence = serializers.CharField(source="licence_name")
    permitted_use = serializers.CharField()


class MovieLinks(serializers.Serializer[Any]):
    page = serializers.CharField()
    rank = serializers.CharField(help_text="The receipt of its rank.")
    terms = serializers.CharField(help_text="Every source and its terms.")


class MovieSerializer(MovieItem):
    edition = serializers.IntegerField(allow_null=True, help_text="The edition whose numbers these are.")
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]
    links = MovieLinks()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        place, source = getattr(instance, "standing", None), instance.source
        return super().to_representation(instance) | {
            "edition": place.edition_id if place else None,
            "source": SourceSerializer(source).data if source else None,
            "links": {
                "page": instance.get_absolute_url(),
                "rank": reverse("api-movie-rank", args=[instance.pk]),
                "terms": reverse("data"),
            },
        }


class Neighbours(serializers.Serializer[Any]):
    above = ChartItem(many=True)
    below = ChartItem(many=True)


class TieBreak(serializers.Serializer[Any]):
    order = serializers.ListField(child=serializers.CharField(), help_text="A minus means greatest first.")
    tied = serializers.IntegerField(help_text="How many other films have the same WR.")


class ReceiptSerializer(serializers.Serializer[Any]):
    """Everything that put a film at its rank: WR = v/(v+m)·R + m/(v+m)·C, to the last digit."""

    movie = MovieItem()
    edition = EditionHead()
    rank = serializers.IntegerField(allow_null=True, help_text=RANK)
    wr = Exact6(help_text=WR)
    v = serializers.IntegerField(help_text="Votes.")
    S = serializers.IntegerField(help_text="Points of all votes, in tenths of a point.")
    R = Ratio(help_text="S/10v: the film's own mean.")
    m = serializers.IntegerField(help_text="Votes that the mean of all films weighs.")
    C = Ratio(help_text="The mean of all films, as published and used: exact at four decimals.")
    own_weight = Ratio(help_text="v/(v+m)")
    house_weight = Ratio(help_text="m/(v+m)")
    exact = Ratio(help_text="WR before rounding.")
    tie_break = TieBreak()
    neighbours = Neighbours()


class EditionItem(serializers.Serializer[Any]):
    """An edition as its verifier reads it: parameters, digests, chain."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    version = serializers.CharField(help_text="The approved version of the formula.")
    m = serializers.IntegerField()
    floor = serializers.IntegerField()
    c = Exact4()
    films = serializers.IntegerField(help_text="Films that entered C.")
    ranked = serializers.IntegerField()
    rank_changes = serializers.IntegerField()
    content_digest = serializers.CharField(help_text="SHA-256 of the artefact.")
    previous_chain = serializers.CharField(help_text="chain_digest of the edition before; 64 zeros for the first.")
    chain_digest = serializers.CharField(
        help_text="SHA-256 of previous_chain, content_digest, number and at, each as text on a line of its own."
    )
    thinned_at = serializers.DateTimeField(allow_null=True, help_text="When its full rows were let go by age.")

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        return instance  # selectors.documents made it, for the page and the verifier too


class EditionsSerializer(serializers.Serializer[Any]):
    data = EditionItem(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class EditionLinks(serializers.Serializer[Any]):
    """Addresses of what proves an edition."""

    page = serializers.CharField()
    document = serializers.CharField(help_text="What verify_edition.py reads first.")
    artefact = serializers.CharField(allow_null=True, help_text="Canonical NDJSON of every film; null when thinned.")
    previous = serializers.CharField(allow_null=True)


class EditionSerializer(EditionItem):
    verify = serializers.CharField(help_text="The command that recomputes it, with Python's standard library alone.")
    links = EditionLinks()


class FaultSerializer(serializers.Serializer[Any]):
    """One wrong place: of the query by its parameter, of the body by its pointer."""

    parameter = serializers.CharField(required=False)
    pointer = serializers.CharField(required=False, help_text="RFC 6901: /ratings/3/value.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457: what went wrong, in words, and under which request_id we find it."""

    type = serializers.CharField(help_text="The address that explains the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]


class ProblemKind(serializers.Serializer[Any]):
    """One kind of problem, explained."""

    code = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    meaning = serializers.CharField()
    remedy = serializers.CharField()
