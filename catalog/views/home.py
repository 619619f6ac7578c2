"""The first page."""

import random
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from catalog.models import Movie
from catalog.selectors import charts, films
from catalog.selectors.documents import edition_document
from catalog.territories import chosen
from catalog.views.fragments import chart_rows
from catalog.views.rows import strip

COVER, PROGRAMME, AMONG = 3, 6, 1000
DAYS, NIGHTS = 30, 9  # leaving soon: within so many days, on so many of them


def home(request: HttpRequest) -> HttpResponse:
    """The chart's head with its proof, what plays tonight here, what leaves soon, the decades."""
    territory, today, edition = chosen(request), timezone.localdate(), charts.newest()
    drawn = strip(_drawn(territory))
    context = {
        "today": today,
        "films": Movie.objects.count(),
        "edition": edition,
        "document": edition_document(edition) if edition else None,
        "rows": chart_rows(edition, None, None, 0, 10) if edition else "",
        "playable": films.count_playable(territory, today),
        "leaving": _leaving(territory, today),
        "cover": drawn[PROGRAMME:],
        "programme": drawn[:PROGRAMME],
        "decades": films.facets(Movie.objects.all()).decades,
    }
    return render(request, "catalog/home.html", context)


def _leaving(territory: str, today: date) -> list[tuple[Movie, date, int]]:
    """Return, for each of the next days on which films leave, the one placed best, with its day and the days left."""
    best: dict[date, Movie] = {}
    for film, day in films.leaving(territory, today, 500, DAYS):
        best.setdefault(day, film)
    return [(film, day, (day - today).days) for day, film in list(best.items())[:NIGHTS]]


def _drawn(territory: str) -> list[Movie]:
    """Return tonight's films: drawn by lot for the day, among the thousand best that play here. Nothing is learned."""
    today = timezone.localdate()
    best = Movie.objects.charted().filter(standing__rank__lte=AMONG)
    ids = sorted(films.playable(best, territory, today).values_list("pk", flat=True))
    lot = random.Random(f"{today}{territory}")  # noqa: S311 — a lot, no secret
    drawn = lot.sample(ids, min(COVER + PROGRAMME, len(ids)))
    found = Movie.objects.in_bulk(drawn)
    first, rest = drawn[:PROGRAMME], drawn[PROGRAMME:]
    return [*sorted((found[pk] for pk in first), key=lambda film: (film.year, film.pk)), *(found[pk] for pk in rest)]
