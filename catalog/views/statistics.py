"""A member's own numbers as pictures with tables behind them, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _

from catalog import words
from catalog.formats import csv_file, json_file
from catalog.models import User
from catalog.models.movies import FIRST_YEAR, LAST_YEAR
from catalog.recsys.weighted import half_even
from catalog.selectors import statistics as reads
from catalog.selectors.documents import decimal
from catalog.selectors.statistics import Statistics
from catalog.views.private import private, to_login
from catalog.views.rows import figure

WIDTH, HEIGHT, WIDEST = 600, 120, 100  # of a picture's bars, and of one bar
HEADER = ("what", "of", "number")


@dataclass(frozen=True)
class Bar:
    """One bar of a picture: its words, its number, where and how long it is drawn."""

    label: str
    count: int
    x: int
    width: int
    height: int
    second: int = 0  # the other bar beside it: its height
    other: str = ""  # the other bar's number in words
    share: str = ""


def page(request: HttpRequest, year: int | None = None, ending: str = "") -> HttpResponse:
    """What was seen and rated, of all time or of a year; as a file with an ending."""
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404(_("There are no numbers of such a year."))
    found = reads.statistics(request.user, year)
    if ending:
        return private(_file(found, year, ending))
    context = {
        "section": "me",
        "stats": found,
        "year": year,
        "years": reads.years(request.user),
        "hours": half_even(found.minutes, 60),
        "mean": words.figure(_text(found.mean)),
        "house_mean": words.figure(_text(found.house_mean)),
        "time_bars": bars([(_time_label(label, year), n) for label, n in found.by_time]),
        "decade_bars": bars([(words.decade(decade), n) for decade, n in found.decades]),
        "genre_bars": bars([(words.genre(genre), n) for genre, n in found.genres]),
        "rating_bars": rating_bars(found.ratings, found.house),
    }
    return private(render(request, "me/statistics.html", context))


def bars(counts: Sequence[tuple[Any, int]]) -> list[Bar]:
    """Return bars side by side from the left, over the whole width when there are enough."""
    most, wide = max((n for _label, n in counts), default=0), min(WIDEST, WIDTH // max(1, len(counts)))
    return [
        Bar(str(label), n, x=place * wide, width=wide, height=n * HEIGHT // most if most else 0)
        for place, (label, n) in enumerate(counts)
    ]


def rating_bars(mine: Sequence[int], house: Sequence[int]) -> list[Bar]:
    """Return one's own ratings from 1 to 10 beside the house's, both as shares of their own sum."""
    own, all_of_them = _per_mille(mine), _per_mille(house)
    most = max(*own, *all_of_them, 1)
    return [
        Bar(
            label=str(place + 1),
            count=mine[place],
            x=60 * place,
            width=60,
            height=own[place] * HEIGHT // most,
            second=all_of_them[place] * HEIGHT // most,
            other=figure(all_of_them[place], 1),
            share=figure(own[place], 1),
        )
        for place in range(10)
    ]


def _per_mille(counts: Sequence[int]) -> list[int]:
    total = sum(counts)
    return [half_even(1000 * n, total) if total else 0 for n in counts]


def _text(mean: Any) -> str:
    return decimal(half_even(mean.numerator * 100, mean.denominator), 2) if mean is not None else ""


def _time_label(label: int, year: int | None) -> str:
    return str(label) if year is None else str(MONTHS_3[label]).capitalize()


def _file(found: Statistics, year: int | None, ending: str) -> HttpResponse:
    plain = {name: getattr(found, name) for name in ("viewings", "films", "again", "minutes", "rated")}
    lines: list[tuple[str, Any, Any]] = [(name, "", number) for name, number in plain.items()]
    lines += [("mean", "mine", _text(found.mean)), ("mean", "house", _text(found.house_mean))]
    lines += [("month" if year else "year", label, n) for label, n in found.by_time]
    lines += [("decade", label, n) for label, n in found.decades]
    lines += [("genre", label, n) for label, n in found.genres]
    lines += [("rating", value, n) for value, n in enumerate(found.ratings, start=1)]
    lines += [("rating of the house", value, n) for value, n in enumerate(found.house, start=1)]
    name = f"statistics-{year}" if year else "statistics"
    return csv_file(name, HEADER, lines) if ending == "csv" else json_file({"year": year}, HEADER, lines)
