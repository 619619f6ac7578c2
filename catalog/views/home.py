"""The first page."""

import random
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from catalog.models import Licence, Movie
from catalog.selectors import charts, films
from catalog.selectors.documents import edition_document
from catalog.territories import chosen
from catalog.views.fragments import Printed
from catalog.views.rows import strip

COVER, PROGRAMME, AMONG = 3, 6, 1000
DAYS, NIGHTS = 30, 9  # leaving soon: within so many days, on so many of them


def home(request: HttpRequest) -> HttpResponse:
    """The chart's head with its proof, what plays tonight here, what leaves soon, the decades."""
    edition, today = charts.newest(), timezone.localdate()
    printed = Printed.of(edition) if edition else None
    edits = (printed.edited if printed else films.last_edit(Movie)), films.last_edit(Licence)
    context = {
        "today": today,
        "edition": edition,
        "document": edition_document(edition) if edition else None,
        "rows": printed.rows(0, 10) if printed else "",
        **_evening(edition and edition.chain_digest, edits, chosen(request), today),
    }
    return render(request, "catalog/home.html", context)


@lru_cache(maxsize=64)
def _evening(chain: str | None, edits: tuple[int, int], territory: str, today: date) -> dict[str, Any]:
    """Return what a place's first page shows of a day: the same until an edition, a film or a licence changes."""
    drawn = strip(_drawn(territory, today))
    return {
        "films": Movie.objects.count(),
        "playable": films.count_playable(territory, today),
        "leaving": _leaving(territory, today),
        "cover": drawn[PROGRAMME:],
        "programme": drawn[:PROGRAMME],
        "decades": films.facets(Movie.objects.all()).decades,
    }


def _leaving(territory: str, today: date) -> list[tuple[Movie, date, int]]:
    """Return, for each of the next days on which films leave, the one placed best, with its day and the days left."""
    best: dict[date, Movie] = {}
    for film, day in films.leaving(territory, today, 500, DAYS):
        best.setdefault(day, film)
    return [(film, day, (day - today).days) for day, film in list(best.items())[:NIGHTS]]


def _drawn(territory: str, today: date) -> list[Movie]:
    """Return tonight's films: drawn by lot for the day, among the thousand best that play here. Nothing is learned."""
    best = Movie.objects.charted().filter(standing__rank__lte=AMONG)
    ids = sorted(films.playable(best, territory, today).values_list("pk", flat=True))
    lot = random.Random(f"{today}{territory}")  # noqa: S311 — a lot, no secret
    drawn = lot.sample(ids, min(COVER + PROGRAMME, len(ids)))
    found = Movie.objects.in_bulk(drawn)
    first, rest = drawn[:PROGRAMME], drawn[PROGRAMME:]
    return [*sorted((found[pk] for pk in first), key=lambda film: (film.year, film.pk)), *(found[pk] for pk in rest)]
