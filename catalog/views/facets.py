"""The filters of a list in words: what is set, what could be, and the address of each choice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog import words as house
from catalog.selectors import browsing
from catalog.selectors.browsing import Choice, Counts

PARAMETERS = {
    "genre": "genre",
    "decade": "decade",
    "length": "length",
    "votes": "votes",
    "playable_in": "playable",
    "unseen_by": "hide",
}


@dataclass(frozen=True)
class Value:
    """One value of a filter: its words, its address (which takes it away when it is set), how many films it leaves."""

    key: str
    words: str
    href: str
    count: int | None
    on: bool = False


@dataclass(frozen=True)
class Facet:
    """One filter and its values."""

    name: str
    title: str
    values: list[Value]


def facets(request: HttpRequest, choice: Choice, counts: Counts) -> list[Facet]:
    """Return the filters that can be set, each value with its count under all the others; empty values are left out."""
    lists: list[tuple[str, str, list[tuple[Any, int]]]] = [
        ("genre", _("Genre"), house.in_order(counts.genre, lambda pair: house.genre(pair[0]))),
        ("decade", _("Decade"), list(counts.decade)),
        ("length", _("Length"), list(counts.length)),
        ("votes", _("Votes"), list(counts.votes)),
    ]
    found = [Facet(name, title, list(_values(request, name, choice, pairs))) for name, title, pairs in lists]
    return [facet for facet in found if facet.values]


def _values(request: HttpRequest, name: str, choice: Choice, pairs: list[tuple[Any, int]]) -> Iterator[Value]:
    chosen = getattr(choice, name)
    for value, count in pairs:
        on = value == chosen
        if count or on:
            href = with_filter(request, name, "" if on else str(value))
            yield Value(f"f-{name}-{value}", words(name, value), href, count, on)


def words(name: str, value: Any) -> str:
    """Return a value of a filter as a person says it."""
    if name == "decade":
        return house.decade(int(value))
    if name == "genre":
        return house.genre(value)
    if name == "length":
        return _band(value, _("under %(most)s min"), _("%(least)s–%(most)s min"), _("%(least)s min and more"))
    if name == "votes":
        return _band(value, _("under %(most)s votes"), _("%(least)s–%(most)s votes"), _("%(least)s votes and more"))
    if name == "playable_in":
        return _("Plays here tonight")
    return _("Not rated by me") if name == "unseen_by" else str(value)


def _band(band: str, under: str, between: str, over: str) -> str:
    least, most = band.split("-")
    if not least:
        return under % {"most": number_format(int(most) + 1)}
    told = {"least": number_format(int(least)), "most": number_format(int(most)) if most else ""}
    return (between if most else over) % told


def chips(request: HttpRequest, choice: Choice) -> list[Value]:
    """Return each filter in force, with the address that takes it away."""
    return [
        Value(f"chip-{name}", words(name, getattr(choice, name)), with_filter(request, name, ""), None, on=True)
        for name in choice.active
    ]


def ways_out(request: HttpRequest, choice: Choice) -> list[Value]:
    """Return, for a choice without films, each filter that would bring some back when dropped: most films first."""
    left = [(name, browsing.count(choice.without(name))) for name in choice.active]
    return [
        Value(f"drop-{name}", words(name, getattr(choice, name)), with_filter(request, name, ""), count)
        for name, count in sorted(left, key=lambda pair: -pair[1])
        if count
    ]


def with_filter(request: HttpRequest, name: str, value: str) -> str:
    """Return this address with one filter set, or taken away, from its first page on."""
    query = request.GET.copy()
    query.pop("page", None)
    query.pop(PARAMETERS[name], None)
    if value:
        query[PARAMETERS[name]] = value
    asked = query.urlencode()
    return f"{request.path}?{asked}" if asked else request.path
