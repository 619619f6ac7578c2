"""The bodies of the API. What a serializer declares is what is sent: tests hold each body against the schema."""

from typing import Any

from rest_framework import serializers

from catalog.api.fields import Exact4, Exact6, Whole
from catalog.api.film_shapes import RANK, WR, ChartItem, Explanation, MovieItem, WithMore

NEXT = "Give it as ?cursor= for the next page, all other parameters as they were; null on the last page."


class EditionHead(serializers.Serializer[Any]):
    """The edition that numbers come from."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    c = Exact4(source="mean_e4", help_text="C: mean of the means of all films with a vote; four decimals, and used so.")
    m = serializers.IntegerField(source="prior_votes", help_text="m: how many votes the mean of all films weighs.")
    floor = serializers.IntegerField(help_text="Least votes to have a rank.")
    version = serializers.CharField(source="version_label", help_text="The approved version of the formula.")
    content_digest = serializers.CharField(help_text="SHA-256 of the edition's artefact.")


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


class MoviesSerializer(serializers.Serializer[Any]):
    edition = serializers.IntegerField(allow_null=True, help_text="The edition in force, whose numbers these are.")
    data = WithMore(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_cursor = serializers.CharField(allow_null=True, help_text=NEXT)


class LookupItem(serializers.Serializer[Any]):
    match = serializers.ChoiceField(
        ["exact", "title", "near"],
        help_text="exact: this title and, if given, this year; title: this title, another year or none given fits; near: "
        "the title begins so, holds the words, or differs by a slip of the pen.",
    )
    movie = MovieItem()


class LookupSerializer(serializers.Serializer[Any]):
    data = LookupItem(many=True, help_text="At most ten, the likeliest first.")  # type: ignore[assignment]


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


class MovieSerializer(WithMore):
    edition = serializers.IntegerField(allow_null=True, help_text="The edition whose numbers these are.")
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]
    links = MovieLinks()


class Neighbours(serializers.Serializer[Any]):
    above = ChartItem(many=True)
    below = ChartItem(many=True)


class TieBreak(serializers.Serializer[Any]):
    order = serializers.ListField(child=serializers.CharField(), help_text="A minus means greatest first.")
    tied = serializers.IntegerField(help_text="How many other films have the same WR.")


class ReceiptSerializer(Explanation):
    """Everything that put a film at its rank: WR = v/(v+m)·R + m/(v+m)·C, to the last digit."""

    movie = MovieItem()
    edition = EditionHead()
    rank = serializers.IntegerField(allow_null=True, help_text=RANK)
    wr = Exact6(help_text=WR)
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
