"""Films in answers: what is always told, what may be left out (`fields`), and what may be told beside it (`include`)."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from catalog.api.authentication import key_of
from catalog.api.fields import Exact4, Exact6, Ratio
from catalog.api.params import some_of
from catalog.api.permissions import scope_missing
from catalog.models import GENRES, ChartEdition, PartnerKey
from catalog.selectors import film_more
from catalog.selectors.documents import decimal
from catalog.selectors.film_rows import FilmRow, Place
from catalog.territories import TERRITORIES

MEAN = "R: mean of the votes, S/10v, in points; four decimals, halves to even."
WR = "Weighted rating; six decimals, halves to even. This rounded value decides the rank."
RANK = "Rank in the whole chart, from 1; of equal WR the film with more votes comes first, then the older, then the lower id."
LEFT_OUT = "Names of fields, by commas: the others are left out. id is always told."
ALL_TERRITORIES = list(TERRITORIES)
Shape = Callable[[Any], dict[str, Any]]


class Sparse(serializers.Serializer[Any]):
    """An item of which `fields` may leave out all but its id."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "id"
        return fields


class ChartItem(Sparse):
    rank = serializers.IntegerField(allow_null=True, help_text=RANK)
    id = serializers.IntegerField()
    slug = serializers.SlugField()
    title = serializers.CharField()
    year = serializers.IntegerField()
    votes = serializers.IntegerField(help_text="v: votes that counted in the edition.")
    mean = Exact4(help_text=MEAN)
    wr = Exact6(help_text=WR)

    def to_representation(self, instance: Place) -> dict[str, Any]:
        return chart_item(instance)


def chart_item(place: Place) -> dict[str, Any]:
    """Written out, since a page holds up to 250 of them: five times as fast as field by field."""
    return {
        "rank": place.rank,
        "id": place.id,
        "slug": place.slug,
        "title": place.title,
        "year": place.year,
        "votes": place.votes,
        "mean": decimal(place.mean_e4, 4),
        "wr": decimal(place.wr_e6, 6),
    }


class LicenceItem(serializers.Serializer[Any]):
    """One licence. Its days are those of its territory: starts_at and ends_at are the moments, ends_at the first one after it."""

    id = serializers.IntegerField()
    movie = serializers.IntegerField()
    territory = serializers.ChoiceField(ALL_TERRITORIES, help_text="ISO 3166; 001 is the whole world.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    time_zone = serializers.CharField(help_text="Whose clock the days are of.")

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        return instance  # selectors.film_more made it


class Explanation(serializers.Serializer[Any]):
    """WR = v/(v+m)·R + m/(v+m)·C, to the last digit."""

    v = serializers.IntegerField(help_text="Votes.")
    S = serializers.IntegerField(help_text="Points of all votes, in tenths of a point.")
    R = Ratio(help_text="S/10v: the film's own mean.")
    m = serializers.IntegerField(help_text="Votes that the mean of all films weighs.")
    C = Ratio(help_text="The mean of all films, exact at four decimals.")
    own_weight = Ratio(help_text="v/(v+m)")
    house_weight = Ratio(help_text="m/(v+m)")
    exact = Ratio(help_text="WR before rounding.")


class MovieItem(Sparse):
    """A film; its numbers are those of the edition in force, null when it is not in it."""

    id = serializers.IntegerField()
    slug = serializers.SlugField()
    title = serializers.CharField()
    year = serializers.IntegerField()
    runtime = serializers.IntegerField(allow_null=True, help_text="Minutes.")
    certificate = serializers.CharField(allow_blank=True)
    genres = serializers.ListField(child=serializers.ChoiceField(GENRES))
    external_ids = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="The film's row in the source that it came from, by the source's key.",
    )
    rank = serializers.IntegerField(allow_null=True, help_text=RANK)
    votes = serializers.IntegerField(allow_null=True)
    mean = Exact4(allow_null=True, help_text=MEAN)
    wr = Exact6(allow_null=True, help_text=WR)

    def to_representation(self, instance: FilmRow) -> dict[str, Any]:
        return movie_item(instance)


def movie_item(row: FilmRow) -> dict[str, Any]:
    """Written out, as chart_item."""
    mean = row.mean_e4
    return {
        "id": row.id,
        "slug": row.slug,
        "title": row.title,
        "year": row.year,
        "runtime": row.runtime,
        "certificate": row.certificate,
        "genres": row.genre_names,
        "external_ids": {row.source: row.source_row} if row.source and row.source_row is not None else {},
        "rank": row.rank,
        "votes": row.votes,
        "mean": None if mean is None else decimal(mean, 4),
        "wr": None if row.wr_e6 is None else decimal(row.wr_e6, 6),
    }


class WithMore(MovieItem):
    """A film, and beside it what was asked for with `include`."""

    rights = LicenceItem(many=True, help_text="With include=rights: its licences, first to last.")
    histogram = serializers.ListField(
        child=serializers.IntegerField(),
        min_length=10,
        max_length=10,
        help_text="With include=histogram: how many members gave 1, 2, … 10.",
    )
    rank_explanation = Explanation(
        allow_null=True, help_text="With include=rank_explanation: what makes its WR; null without votes."
    )


MORE = {
    "rights": PartnerKey.Scope.RIGHTS_READ,
    "histogram": PartnerKey.Scope.CATALOG_READ,
    "rank_explanation": PartnerKey.Scope.CHARTS_READ,
}
include = some_of("include", tuple(MORE), "What is told beside each film, by commas.")
movie_fields = some_of("fields", tuple(MovieItem().get_fields()), LEFT_OUT)
chart_fields = some_of("fields", tuple(ChartItem().get_fields()), LEFT_OUT)


def sparse(shape: Shape, names: Sequence[str] | None) -> Shape:
    """Return the shape with these fields of it alone, and the id."""
    if names is None:
        return shape
    wanted = ("id", *(name for name in names if name != "id"))

    def some(one: Any) -> dict[str, Any]:
        whole = shape(one)
        return {name: whole[name] for name in wanted}

    return some


def check_scopes(request: Request, names: Collection[str]) -> None:
    """Raise Refused when the key lacks the scope of what it wants told beside films."""
    for name in names:
        if not key_of(request).may(MORE[name]):
            raise scope_missing(MORE[name], key_of(request))


def added(
    request: Request, names: Collection[str], rows: Sequence[FilmRow], edition: ChartEdition | None
) -> dict[int, dict[str, Any]]:
    """Return what is told beside each film: one statement for each kind, however many films."""
    found: dict[int, dict[str, Any]] = {row.id: {} for row in rows}
    if "rights" in names:
        rights = film_more.rights(found.keys(), key_of(request).territories)
        _put(found, "rights", lambda film: rights.get(film, []))
    if "histogram" in names:
        given = film_more.histograms(found.keys())
        _put(found, "histogram", lambda film: given.get(film, [0] * 10))
    if "rank_explanation" in names:
        told = film_more.explanations(rows, edition) if edition else {}
        _put(found, "rank_explanation", lambda film: Explanation(told[film]).data if film in told else None)
    return found


def _put(found: dict[int, dict[str, Any]], name: str, value: Callable[[int], Any]) -> None:
    for film, more in found.items():
        more[name] = value(film)
