"""Fields for numbers that must stay exact: texts made from whole numbers, never from floats."""

from fractions import Fraction
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.recsys.weighted import half_even
from catalog.selectors.documents import decimal

RATIO_PLACES = 6


class _Text(serializers.CharField):
    """Whole units of 10^-places, as a text."""

    places = 0

    def to_representation(self, value: Any) -> str:
        return decimal(int(value), self.places)


def _schema(places: int, example: str) -> dict[str, Any]:
    return {"type": "string", "pattern": rf"^\d+\.\d{{{places}}}$", "examples": [example]}


@extend_schema_field(_schema(4, "6.9014"))
class Exact4(_Text):
    places = 4


@extend_schema_field(_schema(6, "8.411902"))
class Exact6(_Text):
    places = 6


@extend_schema_field({"type": "string", "pattern": r"^\d+/\d+$", "examples": ["6301/7301"]})
class _Fraction(serializers.CharField):
    pass


class Ratio(serializers.Serializer[Fraction]):
    """A fraction in lowest terms, and the same at six decimals, halves to even."""

    fraction = _Fraction()
    decimal = Exact6()

    def to_representation(self, instance: Fraction) -> dict[str, str]:
        units = half_even(instance.numerator * 10**RATIO_PLACES, instance.denominator)
        return {
            "fraction": f"{instance.numerator}/{instance.denominator}",
            "decimal": decimal(units, RATIO_PLACES),
        }


@extend_schema_field({"type": "string", "const": "global"})
class Whole(serializers.CharField):
    """Says that a number is relative to the whole chart."""


class Lower(serializers.ChoiceField):
    """A state, in the small letters in which the API writes words of its own."""

    def to_representation(self, value: Any) -> str:
        return str(value).lower()
