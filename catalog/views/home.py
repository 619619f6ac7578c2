"""The first page."""

import random
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from catalog.models import ChartEdition, Licence, Movie, User
from catalog.selectors import charts, disagreements, films, judges, watching
from catalog.selectors.documents import edition_document
from catalog.services import recommendations
from catalog.territories import chosen
from catalog.views import mine
from catalog.views.fragments import Printed
from catalog.views.frames import framed
from catalog.views.here import day_here
from catalog.views.pick_rows import pick_rows
from catalog.views.plays import with_pictures
from catalog.views.rows import rows, strip
from catalog.words import figure

COVER, PROGRAMME, AMONG = 3, 6, 1000
GOING_ON = 3  # films to go on with, the latest
# Places of the learned list beside the chart: one's own, which name their causes, or a newcomer's.
LEARNED, NEWCOMER = 6, 10
DAYS, NIGHTS = 30, 9  # leaving soon: within so many days, on so many of them


def home(request: HttpRequest) -> HttpResponse:
    """The chart's head with its proof, what plays tonight here, what leaves soon, the decades."""
    edition, today = charts.newest(), day_here(request)
    printed = Printed.of(edition) if edition else None
    edits = (printed.edited if printed else films.last_edit(Movie)), films.last_edit(Licence)
    found, lack = judges.at_work()
    made_of = ("home", printed and printed.key, edits, today, found.label if found else lack)
    return framed(request, made_of, lambda: _home(request, edition, printed, edits, today))


def _home(
    request: HttpRequest, edition: ChartEdition | None, printed: Printed | None, edits: tuple[int, int], today: date
) -> HttpResponse:
    context = {
        "today": today,
        "edition": edition,
        "document": edition_document(edition) if edition else None,
        "rows": mine.marked(request, printed.rows(0, 10)) if printed else "",
        **_evening(edition and edition.chain_digest, edits, chosen(request), today, get_language()),
        "plays": with_pictures(watching.to_go_on(request.user, GOING_ON)),
        **_learned(request, edition.chain_digest if edition else None, edits[0]),
    }
    return render(request, "catalog/home.html", context)


def _learned(request: HttpRequest, chain: str | None, edited: int) -> dict[str, Any]:
    """Return what stands beside the chart: the visitor's own list, or a newcomer's, or nothing learned."""
    if isinstance(request.user, User):
        own = recommendations.for_member(by=request.user, most=LEARNED)
        if own.picks:
            return {"judge": own.judge, "picks": pick_rows(own.picks, chosen(request), day_here(request))}
    found, lack = judges.at_work()
    if found is None:
        return {"lack": lack}
    return {"judge": found, **_newcomers(found.label, chain, edited, get_language())}


@lru_cache(maxsize=8)
def _newcomers(label: str, chain: str | None, edited: int, language: str | None) -> dict[str, Any]:
    """Return a version's list for somebody unknown, and where it departs most from the chart: the same for everybody."""
    found, edition = judges.judge(), charts.newest()
    listed = disagreements.newcomers_list(found, NEWCOMER)
    split = disagreements.disagreements(found, disagreements.orders(found, edition), most=1) if edition else None
    return {
        "newcomer": list(
            zip(rows(film for film, _ in listed), [figure(f"{value:.1f}") for _, value in listed], strict=True)
        ),
        "split": split.learned_ahead[0] if split and split.learned_ahead else None,
    }


@lru_cache(maxsize=64)
def _evening(
    chain: str | None, edits: tuple[int, int], territory: str, today: date, language: str | None
) -> dict[str, Any]:
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
