"""What a query may say: each parameter knows how to read its text, and how the schema describes it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request

from catalog.api.errors import Fault, Refused
from catalog.models import GENRES
from catalog.models.movies import FIRST_YEAR, LAST_YEAR
from catalog.moments import YEARS, moment
from catalog.selectors import films

LIMIT, MOST = settings.API_PAGE, settings.API_PAGE_MOST
MOST_WORDS = 10  # in one parameter
GENRE_BY_WORD = {genre.lower(): genre for genre in GENRES}
WORDS = ", ".join(GENRE_BY_WORD)
# Signs that show, and spaces after the first; the same pattern is published, so it is written out and not «\S».
HIDDEN = r"\x00-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff\ufffe\uffff"
WRITTEN = f"^[^ {HIDDEN}][^{HIDDEN}]*$"


@dataclass(frozen=True)
class Parameter:
    """read: text to value, or ValueError with the rest of «limit …»."""

    name: str
    read: Callable[[str], Any]
    description: str
    schema: dict[str, Any]
    examples: dict[str, str] = field(default_factory=dict)
    required: bool = False

    def documented(self) -> OpenApiParameter:
        examples = [OpenApiExample(name, value=value) for name, value in self.examples.items()]
        return OpenApiParameter(
            self.name, self.schema, required=self.required, description=self.description, examples=examples
        )


def read(request: Request, known: Sequence[Parameter]) -> dict[str, Any]:
    """Return name → value of the parameters given. Raises Refused listing every one that is unknown or wrong."""
    by_name = {parameter.name: parameter for parameter in known}
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, texts in request.query_params.lists():
        try:
            found[name] = _one(by_name, name, texts)
        except _Unknown:
            listed = f"Known here: {', '.join(sorted(by_name))}." if by_name else "This address takes none."
            faults.append(_fault(name, "unknown_parameter", f"There is no parameter {_short(name)}. {listed}"))
        except ValueError as error:
            faults.append(_fault(name, "bad_parameter", f"{name} {error}"))
    for parameter in known:
        if parameter.required and parameter.name not in request.query_params:
            faults.append(_fault(parameter.name, "bad_parameter", f"{parameter.name} is missing."))
    if faults:
        raise Refused(faults[0]["code"], " ".join(fault["detail"] for fault in faults[:10]), faults[:10])
    return found


class _Unknown(Exception):
    pass


def _one(by_name: dict[str, Parameter], name: str, texts: list[str]) -> Any:
    if name not in by_name:
        raise _Unknown
    if len(texts) > 1:
        raise ValueError("is given more than once.")
    if not texts[0].strip():
        raise ValueError("is empty: give it a value, or leave it out.")
    return by_name[name].read(texts[0])


def _fault(name: str, code: str, detail: str) -> Fault:
    return {"parameter": _short(name), "code": code, "detail": detail}


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:40]}…"


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers: ASCII digits, no sign, no leading zero, never clamped."""

    def read_whole(text: str) -> int:
        plain = text.isascii() and text.isdigit() and len(text) <= 10 and (text == "0" or text[0] != "0")
        if not plain or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}.")
        return int(text)

    return read_whole


def one_of(words: dict[str, Any]) -> Callable[[str], Any]:
    """Return a reader of one of these words."""

    def read_word(text: str) -> Any:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}.")
        return words[text]

    return read_word


def some_of(name: str, known: Sequence[str], description: str) -> Parameter:
    """Return a parameter that takes some of these words, by commas; at most ten."""

    def read_words(text: str) -> tuple[str, ...]:
        words = tuple(text.split(","))
        if not set(words) <= set(known) or len(words) > MOST_WORDS:
            raise ValueError(f"names some of {', '.join(known)}, by commas; at most {MOST_WORDS}.")
        return tuple(dict.fromkeys(words))

    one = f"({'|'.join(known)})"
    schema = {"type": "string", "pattern": f"^{one}(,{one}){{0,{MOST_WORDS - 1}}}$"}
    return Parameter(name, read_words, f"{description} Known: {', '.join(known)}.", schema)


def moment_of(name: str, description: str) -> Parameter:
    """Return a parameter that takes an RFC 3339 moment."""

    def read_moment(text: str) -> datetime:
        found = moment(text)
        if found is None:
            raise ValueError("must be an RFC 3339 moment such as 2026-11-28T12:00:00Z (write + as %2B).")
        return found

    return Parameter(name, read_moment, description, {"type": "string", "format": "date-time", "pattern": YEARS})


def _decade(text: str) -> int:
    if not (len(text) == 5 and text.isascii() and text[:4].isdigit() and text[3:] == "0s"):
        raise ValueError("must be a decade such as 1950s.")
    return int(text[:4])


@dataclass(frozen=True)
class Genres:
    """Genres a film must have: all of them, or any of them."""

    names: tuple[str, ...]
    every: bool


def _genres(text: str) -> Genres:
    every = "|" not in text
    words = text.split("," if every else "|")
    if not all(word in GENRE_BY_WORD for word in words):
        raise ValueError(
            f"joins known genres by commas (all of them) or by bars (any of them), not both. Known: {WORDS}."
        )
    return Genres(tuple(dict.fromkeys(GENRE_BY_WORD[word] for word in words)), every)


def _title(text: str) -> str:
    if len(text) > films.MOST_LETTERS or not re.fullmatch(WRITTEN, text):
        raise ValueError(f"holds 1 to {films.MOST_LETTERS} letters that show, and spaces after the first.")
    return text


def _cursor(text: str) -> str:
    if not re.fullmatch("[!-~]{1,2000}", text):
        raise ValueError("is not one of ours: use next_cursor as it was given.")
    return text


def number(name: str, least: int, most: int, description: str, **more: Any) -> Parameter:
    schema = {"type": "integer", "minimum": least, "maximum": most, **more}
    return Parameter(name, whole(least, most), description, schema)


limit = number(
    "limit", 1, MOST, f"How many to return, {LIMIT} unless told. Over {MOST} is refused, never cut.", default=LIMIT
)
cursor = Parameter(
    "cursor",
    _cursor,
    "next_cursor of the page before; every other parameter must stay as it was.",
    {"type": "string", "pattern": "^[!-~]+$", "maxLength": 2000},
)
decade = Parameter(
    "decade", _decade, "Only films of this decade.", {"type": "string", "pattern": r"^\d{3}0s$"}, {"Fifties": "1950s"}
)
genre = Parameter(
    "genre", one_of(GENRE_BY_WORD), "Only films of this genre.", {"type": "string", "enum": list(GENRE_BY_WORD)}
)
_GENRE = f"({'|'.join(GENRE_BY_WORD)})"
genres = Parameter(
    "genre",
    _genres,
    f"Films that have all of these (commas) or any of these (bars). Known: {WORDS}.",
    {"type": "string", "pattern": f"^({_GENRE}(,{_GENRE})*|{_GENRE}([|]{_GENRE})+)$"},
    {"Both": "drama,romance", "Either": "drama|romance"},
)
year_from = number("year.gte", FIRST_YEAR, LAST_YEAR, "Only films made in this year or later.")
year_until = number("year.lte", FIRST_YEAR, LAST_YEAR, "Only films made in this year or earlier.")
votes_from = number("votes.gte", 0, 2**31 - 1, "Only films with at least so many votes in the edition in force.")
title = Parameter(
    "q",
    _title,
    f"Films whose title holds every one of these words, of which {films.MOST_WORDS} count; accents, case and punctuation do not.",
    {"type": "string", "pattern": WRITTEN, "maxLength": films.MOST_LETTERS},
    {"Words": "third man"},
)
