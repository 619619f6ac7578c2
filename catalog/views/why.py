"""The receipt of one recommendation, on which the ratings that caused it can be changed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError
from catalog.models import Movie
from catalog.recsys.linear import SCALE
from catalog.selectors import recommendations as reads
from catalog.selectors.recommendations import Because, Pick, Without
from catalog.selectors.tastes import Taste
from catalog.views import asking
from catalog.views.asking import Back
from catalog.views.named_film import film_of_form
from catalog.views.private import private

SHOWN = 10  # causes whose absence is worked out; the rest weigh less than any of these
WIDE = 1000  # what the heaviest cause is drawn as


def why_list(request: HttpRequest) -> HttpResponse:
    """The address of all receipts is the list they belong to."""
    return redirect("for-you", permanent=True)


def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Every rating that caused a recommendation, and where the film would stand without each."""
    film = _film(pk)
    done = next((name for name in ("rated", "withdrawn") if request.GET.get(name, "").isdecimal()), "")
    context = _context(request, film, done, request.GET.get(done, ""), asking.back_of(request))
    return private(render(request, "catalog/for_you_why.html", context))


@require_POST
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one of the ratings behind a receipt, or take it back; the answer is the receipt without or with it."""
    film, cause = _film(pk), film_of_form(request)
    problem, done, back = "", "", asking.Back()
    try:
        done, back = asking.rate(request, cause)
    except CatalogError as refusal:
        problem = str(refusal)
    if request.htmx:  # type: ignore[attr-defined]
        context = _context(request, film, done, str(cause.pk), back) | {"problem": problem, "fragment": True}
        return private(render(request, "_partials/why.html", context, status=422 if problem else 200))
    if problem:
        messages.error(request, problem)
    query = urlencode({done: str(cause.pk), **back.query()}) if done else ""
    return redirect(f"{reverse('for-you-why', args=[pk])}{'?' if query else ''}{query}")


def _film(pk: int) -> Movie:
    return get_object_or_404(Movie.objects.select_related("standing"), pk=pk)


def _context(request: HttpRequest, film: Movie, done: str, which: str, back: Back) -> dict[str, Any]:
    taste = asking.taste_of(request)
    found = reads.pick_of(film, taste)
    context: dict[str, Any] = {"film": film, "section": "for-you", "scale": SCALE, "personal": taste.personal}
    context |= {"mine": taste.ratings.get(film.pk), "away": film.pk in taste.hidden}
    context |= {"notice": _notice(done, which, taste, back), "rated": bool(taste.ratings)}
    if found:
        judge, pick = found
        without = reads.without_each(judge, pick, taste, SHOWN)
        context |= {"judge": judge, "pick": pick, "told": _told(pick, without)}
        context |= {"fall": _greatest_fall(pick, without), "threshold": judge.model.threshold}
    return context


def _told(pick: Pick, without: list[Without]) -> list[dict[str, Any]]:
    """Return every cause with its bar, and where the film would stand without it where that was worked out."""
    heaviest = max(abs(cause.weight) for cause in pick.because)
    worked_out = {other.cause.film.pk: other for other in without}
    return [_line(pick, cause, heaviest, worked_out.get(cause.film.pk)) for cause in pick.because]


def _line(pick: Pick, cause: Because, heaviest: int, other: Without | None) -> dict[str, Any]:
    return {
        "cause": cause,
        "width": max(1, abs(cause.weight) * WIDE // heaviest),
        "without": other,
        "falls": other is not None and (other.rank is None or other.rank > pick.rank),
        "rises": other is not None and other.rank is not None and other.rank < pick.rank,
    }


def _greatest_fall(pick: Pick, without: list[Without]) -> Without | None:
    """Return the cause that the film needs most: without it, it falls furthest, or off the list."""
    falls = [other for other in without if other.rank is None or other.rank > pick.rank]
    return max(falls, key=lambda other: (other.rank is None, other.rank or 0, other.cause.weight), default=None)


def _notice(done: str, which: str, taste: Taste, back: Back) -> dict[str, Any] | None:
    """Return what was just done to a cause, if the ratings say that it was, with the value that leads back."""
    film = Movie.objects.filter(pk=int(which)).first() if done and which and len(which) < 19 else None
    if film is None or not taste.personal or (done == "rated") != (film.pk in taste.ratings):
        return None
    return {"did": done, "film": film, "value": taste.ratings.get(film.pk), **back._asdict()}
