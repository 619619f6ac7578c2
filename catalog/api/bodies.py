"""What a body may say: strict JSON of a bounded size, every wrong place named by its pointer (RFC 6901)."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from catalog.api.errors import Fault, Refused

MOST_BYTES = 64 * 1024  # 500 ratings need some 20,000
LISTED = 20  # wrong places that are told at once
NO_FIELD = ("unknown_field", "protected_field")  # names that do not belong there: no value of them could be right
CODES = {"required": "missing", **{code: code for code in NO_FIELD}}


class StrictJson(BaseParser):
    """JSON without what JSON has not: NaN, two values under one name, text that is no UTF-8, halves of characters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Refused("too_large", f"A body holds at most {MOST_BYTES:,} bytes.")
        try:
            return json_of(data.decode())
        except (ValueError, RecursionError) as error:  # the second: nested without end
            raise ParseError(f"The body is no JSON: {_short(str(error))}.") from error


def json_of(text: str) -> Any:
    """Return the value of a JSON text. Raises ValueError, or RecursionError."""
    found = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    if "\\u" in text:
        json.dumps(found, ensure_ascii=False).encode()  # \ud800 alone is half a character, which no database takes
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice in one object")
    return found


class Faults:
    """Gathers every wrong place of a body, so that all are told at once."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, pointer: str, code: str, detail: str) -> None:
        self.found.append({"pointer": pointer, "code": code, "detail": detail})

    def whole(self, pointer: str, value: Any, least: int, most: int) -> int | None:
        """Return a whole number in its bounds, or None after noting what is wrong with it."""
        if type(value) is int and least <= value <= most:  # true is no number, and 8.0 is not written as one
            return value
        self.add(pointer, "bad_value", f"{pointer} must be a whole number from {least} to {most}.")
        return None

    def unknown(self, pointer: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
        """Note every name that is none of those known."""
        for name in given:
            if name not in known:
                where = f"{pointer}/{_escaped(name)}"
                self.add(where, "unknown_field", f"There is no field {where}. Known here: {', '.join(known)}.")

    def check(self) -> None:
        """Raise Refused when anything was wrong: a name that does not belong there comes before a wrong value."""
        if self.found:
            listed = self.found[:LISTED]
            foreign = [fault["code"] for fault in self.found if fault["code"] in NO_FIELD]
            raise Refused(foreign[0] if foreign else "bad_body", " ".join(fault["detail"] for fault in listed), listed)


class Body(serializers.Serializer[Any]):
    """The shape of a body that is sent: a name that is not in it, or that only we may set, is refused.

    ours: fields of the answer that nobody sends.
    """

    ours: ClassVar[tuple[str, ...]] = ()

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("must be an object.")
        foreign = {name: [_foreign(self, name)] for name in data if name not in self.fields}
        if foreign:
            raise serializers.ValidationError(foreign)
        return super().to_internal_value(data)


def _foreign(shape: Body, name: str) -> ErrorDetail:
    if name in shape.ours:
        return ErrorDetail("is set by us and cannot be sent.", "protected_field")
    return ErrorDetail(f"is no field. Known here: {', '.join(sorted(shape.fields))}.", "unknown_field")


def read(request: Request, shape: type[Body], *, partial: bool = False) -> dict[str, Any]:
    """Return what the body says, in the shape's terms. Raises Refused naming every wrong place, or ParseError."""
    form = shape(data=given(request), partial=partial)
    if not form.is_valid():
        faults = Faults()
        for pointer, error in _told(form.errors, ""):
            faults.add(pointer, CODES.get(error.code, "bad_value"), f"{pointer or 'The body'} {_sentence(error)}")
        faults.check()
    return dict(form.validated_data)


def _told(errors: Any, pointer: str) -> Any:
    """Yield pointer and error of each wrong place."""
    if isinstance(errors, Mapping):
        for name, below in errors.items():
            here = pointer if name == "non_field_errors" else f"{pointer}/{_escaped(str(name))}"
            yield from _told(below, here)
    elif isinstance(errors, list):
        for place, below in enumerate(errors):
            yield from [(pointer, below)] if isinstance(below, ErrorDetail) else _told(below, f"{pointer}/{place}")


def _sentence(error: ErrorDetail) -> str:
    return "is missing." if error.code == "required" else str(error)


def given(request: Request) -> dict[str, Any]:
    """Return the body, which must be an object. Raises Refused, or ParseError when it cannot be read."""
    _check_length(request._request)
    request._request.body  # noqa: B018 — read whole and kept: what was sent is told apart by its bytes (idempotency.once)
    body = request.data
    if not isinstance(body, dict):
        faults = Faults()
        faults.add("", "bad_value", "The body must be an object.")
        faults.check()
    return dict(body)


def _check_length(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > MOST_BYTES:
        raise Refused("too_large", f"A body holds at most {MOST_BYTES:,} bytes.")
    if length == "0":
        raise ParseError("There is no body: send a JSON object.")


def _escaped(name: str) -> str:
    return _short(name).replace("~", "~0").replace("/", "~1")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}…"
