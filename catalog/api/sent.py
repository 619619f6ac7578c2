"""Fields of bodies that are sent: each takes its own kind of JSON value and no other, so that nothing is guessed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rest_framework import serializers

from catalog.moments import moment
from catalog.words import UNPRINTABLE

NULL: dict[str, Any] = {"null": "must not be null."}


class Text(serializers.CharField):
    """A text, as it was sent."""

    default_error_messages = {
        **NULL,
        "blank": "must not be empty.",
        "max_length": "holds at most {max_length} characters.",
        "min_length": "holds at least {min_length} characters.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("must be a text.")
        if UNPRINTABLE.search(data):
            raise serializers.ValidationError("holds characters that nothing here can have.")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A whole number: 8, never 8.0, "8" or true."""

    default_error_messages = {
        **NULL,
        "max_value": "must be at most {max_value}.",
        "min_value": "must be at least {min_value}.",
    }

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise serializers.ValidationError("must be a whole number.")
        return data


class Flag(serializers.BooleanField):
    """true or false, nothing that might mean it."""

    default_error_messages = NULL

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("must be true or false.")
        return data


class Moment(serializers.DateTimeField):
    """An RFC 3339 moment with its offset."""

    default_error_messages = NULL

    def to_internal_value(self, value: Any) -> datetime:
        found = moment(value) if isinstance(value, str) else None
        if found is None:
            raise serializers.ValidationError("must be an RFC 3339 moment such as 2026-11-28T12:00:00Z.")
        return found


class Words(serializers.ListField):
    """A list of some of these words, each once."""

    default_error_messages = NULL

    def __init__(self, known: Sequence[str], **kwargs: Any) -> None:
        child = serializers.ChoiceField(choices=list(known))
        super().__init__(child=child, max_length=len(known), **kwargs)
        self.known = known

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or not all(isinstance(one, str) for one in data):
            raise serializers.ValidationError("must be a list of texts.")
        unknown = [one for one in data if one not in self.known]
        if unknown or len(set(data)) < len(data):
            raise serializers.ValidationError(f"must hold each of these at most once: {', '.join(self.known)}.")
        if not data and not self.allow_empty:
            raise serializers.ValidationError("must hold at least one.")
        return sorted(data)
