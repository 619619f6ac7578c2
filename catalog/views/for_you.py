"""The learned list of a visitor: read at the moment of the request, so that a rating given on it changes it at once."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError
from catalog.models import Movie, User
from catalog.recsys.recommender import SCALE
from catalog.selectors import charts, films
from catalog.selectors import recommendations as reads
from catalog.selectors.recommendations import Picks
from catalog.services import hidden, ratings, recommendations
from catalog.territories import chosen
from catalog.views.pick_rows import pick_rows
from catalog.views.private import private, to_login
from catalog.views.rows import rows
from catalog.words import genre, in_order

FIRST, ALL = 10, 20
STARTERS, AMONG = 10, 200  # films offered to begin with, looked for among so many of the chart
DID = ("rated", "hidden", "restored", "withdrawn")


def for_you(request: HttpRequest) -> HttpResponse:
    """The visitor's list with its causes; or, saying why there is none, the chart to begin with."""
    did = next(((name, request.GET[name]) for name in DID if request.GET.get(name, "").isdecimal()), ("", ""))
    return private(render(request, "catalog/for_you.html", _context(request, *did)))


@require_POST
def rate(request: HttpRequest) -> HttpResponse:
    """Rate a film in place, or take the rating back; the answer is the new list."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("for-you"))
    film, now = _film(request), timezone.now()
    if "withdraw" in request.POST:
        ratings.withdraw_rating(movie_id=film.pk, by=request.user, at=now)
        return _answer(request, "withdrawn", film)
    try:
        recommendations.rate_movie(movie_id=film.pk, by=request.user, at=now, value=request.POST.get("value", ""))
    except CatalogError as refusal:
        return _answer(request, "", film, str(refusal))
    return _answer(request, "rated", film)


@require_POST
def hide(request: HttpRequest) -> HttpResponse:
    """Put a film away, or take it out again; the answer is the new list."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("for-you"))
    film, now = _film(request), timezone.now()
    if "restore" in request.POST:
        hidden.put_back(movie_id=film.pk, by=request.user, at=now)
        return _answer(request, "restored", film)
    hidden.put_away(movie_id=film.pk, by=request.user, at=now)
    return _answer(request, "hidden", film)


def why_list(request: HttpRequest) -> HttpResponse:
    """The address of all receipts is the list they belong to."""
    return redirect("for-you", permanent=True)


def why(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of one recommendation: every rating that caused it, and where the film would stand without each."""
    film = get_object_or_404(Movie.objects.select_related("standing"), pk=pk)
    if not isinstance(request.user, User):
        return to_login(request, request.path)
    given = reads.ratings_of(request.user)
    away = set(reads.hidden_by(request.user).values_list("movie_id", flat=True))
    found = reads.pick_of(film, given, away)
    context: dict[str, Any] = {"film": film, "section": "for-you", "scale": SCALE}
    if found:
        context |= {"judge": found[0], "pick": found[1], "without": reads.without_each(found[0], found[1], given, away)}
    return private(render(request, "catalog/for_you_why.html", context | {"mine": given.get(pk), "away": pk in away}))


def _film(request: HttpRequest) -> Movie:
    """Return the film that a form names. Raises Http404 when there is none."""
    asked = request.POST.get("film", "")
    found = (
        Movie.objects.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    )
    if found is None:
        raise Http404(_("There is no such film."))
    return found


def _answer(request: HttpRequest, did: str, film: Movie, problem: str = "") -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        context = _context(request, did, str(film.pk)) | {"problem": problem, "fragment": True}
        return private(render(request, "_partials/for_you_list.html", context, status=422 if problem else 200))
    if problem:
        messages.error(request, problem)
    query = {did: film.pk} if did else {}
    if request.POST.get("all"):
        query["all"] = 1
    return redirect(f"{reverse('for-you')}?{urlencode(query)}#list")


def _context(request: HttpRequest, did: str = "", which: str = "") -> dict[str, Any]:
    every = bool(request.GET.get("all") or request.POST.get("all"))
    if not isinstance(request.user, User):
        judge, lack = reads.at_work()
        return {"judge": judge, "lack": lack, **_beginning(set())}
    found = recommendations.for_member(by=request.user, most=ALL if every else FIRST)
    given = reads.ratings_of(request.user)
    away = list(reads.hidden_by(request.user))
    notice = _notice(did, which, given, {row.movie_id for row in away})
    before = _before(found, given, away, notice) if did == "rated" else None
    context = {
        "judge": found.judge,
        "lack": found.lack,
        "picks": pick_rows(found.picks, chosen(request), timezone.localdate(), before),
        "every": every,
        "more": not every and len(found.picks) == FIRST,
        "rated_count": len(given),
        "likes_count": found.known,
        "threshold": found.judge.model.threshold if found.judge else None,
        "put_away": away,
        "notice": notice,
    }
    return context if found.picks else context | _beginning({*given, *(row.movie_id for row in away)}, found)


def _notice(did: str, which: str, given: dict[int, int], away: set[int]) -> dict[str, Any] | None:
    """Return what was just done, if the rows say that it was: an address alone proves nothing."""
    film = Movie.objects.filter(pk=int(which)).first() if did and len(which) < 19 else None
    if film is None:
        return None
    true = {"rated": film.pk in given, "withdrawn": film.pk not in given}
    true |= {"hidden": film.pk in away, "restored": film.pk not in away}
    return {"did": did, "film": film, "value": given.get(film.pk)} if true[did] else None


def _before(
    found: Picks, given: dict[int, int], away: list[Any], notice: dict[str, Any] | None
) -> dict[int, int] | None:
    """Return the places that the films of a list have without the rating just given; None when there was no list."""
    if notice is None or found.judge is None:
        return None
    without = {film: value for film, value in given.items() if film != notice["film"].pk}
    if not reads.likes(found.judge.model, without):
        return None
    hidden_now = {row.movie_id for row in away}
    places = found.judge.model.top_n(without, n=5 * ALL, hidden=hidden_now)
    return {entry.film: entry.rank for entry in places if entry.score > 0}


def _beginning(known: set[int], found: Picks | None = None) -> dict[str, Any]:
    """Return what stands in for a list: films of the chart's head to rate, and the ways into the catalogue."""
    learned = set(found.judge.model.films.tolist()) if found and found.judge else None
    head = [film for film in charts.charted()[:AMONG] if film.pk not in known]
    first = [film for film in head if learned is None or film.pk in learned] or head
    facets = films.facets(Movie.objects.all())
    return {
        "starters": rows(first[:STARTERS]),
        "genres": in_order([(name, count) for name, count in facets.genres if count], lambda pair: genre(pair[0])),
        "decades": facets.decades,
    }
