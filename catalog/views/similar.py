"""What the learned system says of one film: its neighbours, and, only when asked, what the visitor would give it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from catalog.models import Movie, User
from catalog.models.ratings import LEAST, MOST
from catalog.selectors import recommendations as reads
from catalog.selectors import tastes
from catalog.views.private import private, to_login
from catalog.views.rows import strip
from catalog.words import figure

BESIDE, ALL = 6, 24
STEP = 60  # so far apart two neighbouring ratings are drawn


def beside(film: Movie) -> dict[str, Any]:
    """Return what a film's own page shows of its neighbours: the same for everybody."""
    judge, found = reads.similar(film, BESIDE)
    return {"judge": judge, "similar": strip(found)}


def film_similar(request: HttpRequest, pk: int) -> HttpResponse:
    """The films that liking this one speaks for, nearest first."""
    film = get_object_or_404(Movie, pk=pk)
    judge, found = reads.similar(film, ALL)
    context = {"film": film, "judge": judge, "similar": strip(found), "section": "top"}
    return render(request, "catalog/similar.html", context)


def film_guess(request: HttpRequest, pk: int) -> HttpResponse:
    """What the visitor would give the film, as an interval; a page of its own, or a fragment of the film's."""
    film = get_object_or_404(Movie, pk=pk)
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    taste = tastes.of_member(request.user)
    judge, guess = reads.guess(film, taste)
    given = taste.ratings
    context: dict[str, Any] = {
        "film": film,
        "judge": judge,
        "guess": guess,
        "rated": len(given),
        "section": "top",
        "off": not taste.personal,
    }
    context["mine"] = given.get(pk)
    if guess:
        context |= {name: figure(f"{getattr(guess, name):.1f}") for name in ("value", "low", "high")}
        context |= {"coverage": round(guess.coverage * 100), **_drawn(guess.low, guess.value, guess.high)}
    template = "_partials/guess.html" if request.htmx else "catalog/guess.html"  # type: ignore[attr-defined]
    return private(render(request, template, context))


def _drawn(low: float, value: float, high: float) -> dict[str, Any]:
    """Return where ratings are drawn: 1 … 10 points on 0 … 540."""
    low_x, value_x, high_x = (round((points - 1) * STEP) for points in (low, value, high))
    points = [(point, (point - 1) * STEP) for point in range(LEAST, MOST + 1)]
    return {"low_x": low_x, "value_x": value_x, "span_x": max(2, high_x - low_x), "points": points}
