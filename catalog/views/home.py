"""The first page."""

import random

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from catalog.models import Movie
from catalog.selectors import charts, films
from catalog.selectors.documents import edition_document
from catalog.territories import chosen
from catalog.views.fragments import chart_rows
from catalog.views.rows import strip

PROGRAMME, AMONG = 6, 1000


def home(request: HttpRequest) -> HttpResponse:
    """The chart's head with its proof, what plays tonight here, what leaves soon, the decades."""
    territory, today, edition = chosen(request), timezone.localdate(), charts.newest()
    context = {
        "today": today,
        "films": Movie.objects.count(),
        "edition": edition,
        "document": edition_document(edition) if edition else None,
        "rows": chart_rows(edition, None, None, 0, 10) if edition else "",
        "playable": films.count_playable(territory, today),
        "leaving": [(film, day, (day - today).days) for film, day in films.leaving(territory, today, 6)],
        "programme": strip(_programme(territory)),
        "decades": films.facets(Movie.objects.all()).decades,
    }
    return render(request, "catalog/home.html", context)


def _programme(territory: str) -> list[Movie]:
    """Return tonight's films: drawn by lot for the day, among the thousand best that play here. Nothing is learned."""
    today = timezone.localdate()
    best = Movie.objects.charted().filter(standing__rank__lte=AMONG)
    ids = sorted(films.playable(best, territory, today).values_list("pk", flat=True))
    drawn = random.Random(f"{today}{territory}").sample(ids, min(PROGRAMME, len(ids)))  # noqa: S311 — a lot, no secret
    return list(Movie.objects.filter(pk__in=drawn).order_by("year", "pk"))
