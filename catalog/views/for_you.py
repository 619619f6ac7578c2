"""The learned list of a visitor: read at the moment of the request, so that a rating given on it changes it at once."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from catalog.errors import CatalogError
from catalog.models import Movie, User
from catalog.selectors import charts, films, judges, tastes
from catalog.selectors import recommendations as reads
from catalog.selectors.recommendations import Picks
from catalog.selectors.tastes import Taste
from catalog.services import hidden, recommendations
from catalog.territories import chosen
from catalog.views import asking
from catalog.views import hidden as hidden_page
from catalog.views.asking import Back
from catalog.views.here import day_here
from catalog.views.judge_words import seats_told
from catalog.views.named_film import film_of_form
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
    """Rate a film in place, or take the rating back; the answer is the new list. A stranger's waits in the session."""
    film = film_of_form(request)
    try:
        done, back = asking.rate(request, film)
    except CatalogError as refusal:
        return _answer(request, "", film, str(refusal))
    return _answer(request, done, film, back=back)


@require_POST
def hide(request: HttpRequest) -> HttpResponse:
    """Put a film away, or take it out again; the answer is the new list, or the page it was asked from."""
    if not isinstance(request.user, User):
        return to_login(request, reverse("for-you"))
    film, now = film_of_form(request), timezone.now()
    did = "restored" if "restore" in request.POST else "hidden"
    act = hidden.put_back if did == "restored" else hidden.put_away
    act(movie_id=film.pk, by=request.user, at=now)
    return hidden_page.answered(request, request.user, film, did) or _answer(request, did, film)


@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Choose who recommends, or that nobody does; the answer is the list by that judge."""
    try:
        asking.choose(request, request.POST.get("judge", ""))
    except CatalogError as refusal:
        return _answer(request, "", None, str(refusal))
    return _answer(request, "judged", None)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Let a stranger's ratings go."""
    asking.forget(request)
    return _answer(request, "", None)


def _answer(
    request: HttpRequest, did: str, film: Movie | None, problem: str = "", back: Back | None = None
) -> HttpResponse:
    which = str(film.pk) if film else ""
    if request.htmx:  # type: ignore[attr-defined]
        context = _context(request, did, which, back) | {"problem": problem, "fragment": True, "did": did}
        return private(render(request, "_partials/for_you_list.html", context, status=422 if problem else 200))
    if problem:
        messages.error(request, problem)
    query = {did: which} if which and did else {}
    query |= back.query() if back and query else {}
    query |= {"all": "1"} if request.POST.get("all") else {}
    return redirect(f"{reverse('for-you')}?{urlencode(query)}#list" if query else f"{reverse('for-you')}#list")


def _context(request: HttpRequest, did: str = "", which: str = "", back: Back | None = None) -> dict[str, Any]:
    every = bool(request.GET.get("all") or request.POST.get("all"))
    taste = asking.taste_of(request)
    found = recommendations.for_taste(taste=taste, most=ALL if every else FIRST)
    away = list(tastes.hidden_by(request.user)) if isinstance(request.user, User) else []
    notice = _notice(did, which, taste, {row.movie_id for row in away}, back or asking.back_of(request))
    before = _before(found, taste, notice) if did == "rated" else None
    context = {
        "judge": found.judge,
        "lack": found.lack,
        "absent": found.absent,
        "seats": seats_told(judges.seats(), found, taste),
        "personal": taste.personal,
        "picks": pick_rows(found.picks, chosen(request), day_here(request), before),
        "every": every,
        "more": not every and len(found.picks) == FIRST,
        "rated_count": len(taste.ratings),
        "likes_count": found.known,
        "threshold": found.judge.model.threshold if found.judge else None,
        "put_away": away,
        "notice": notice,
        **_five(request, taste),
    }
    offered = not found.picks or (len(taste.ratings) < asking.WANTED and not isinstance(request.user, User))
    return (
        context | _beginning(request, {*taste.ratings, *(row.movie_id for row in away)}, found) if offered else context
    )


def _five(request: HttpRequest, taste: Taste) -> dict[str, Any]:
    """Return how far a stranger is on the way to a list of their own, and how long what they gave is kept."""
    given = min(len(taste.ratings), asking.WANTED)
    return {
        "stranger": not isinstance(request.user, User),
        "wanted": asking.WANTED,
        "seats_taken": [place < given for place in range(asking.WANTED)],
        "kept_days": settings.SESSION_COOKIE_AGE // 86_400,
    }


def _notice(did: str, which: str, taste: Taste, away: set[int], back: Back) -> dict[str, Any] | None:
    """Return what was just done, if the rows say that it was: an address alone proves nothing."""
    film = Movie.objects.filter(pk=int(which)).first() if did and which and len(which) < 19 else None
    if film is None:
        return None
    true = {"rated": film.pk in taste.ratings, "withdrawn": taste.personal and film.pk not in taste.ratings}
    true |= {"hidden": film.pk in away, "restored": film.pk not in away}
    done = {"did": did, "film": film, "value": taste.ratings.get(film.pk), **back._asdict()}
    return done if true[did] else None


def _before(found: Picks, taste: Taste, notice: dict[str, Any] | None) -> dict[int, int] | None:
    """Return the places that the films of a list have without the rating just given; None when there was no list."""
    if notice is None or found.judge is None:
        return None
    without = taste.without(notice["film"].pk)
    if not reads.likes(found.judge.model, without.ratings):
        return None
    return reads.places(found.judge, without, 5 * ALL)


def _beginning(request: HttpRequest, known: set[int], found: Picks) -> dict[str, Any]:
    """Return what stands in for a list: films of the chart's head to rate, and the ways into the catalogue."""
    learned = set(found.judge.model.films.tolist()) if found.judge else None
    head = [film for film in charts.charted()[:AMONG] if film.pk not in known]
    fit = [film for film in head if learned is None or film.pk in learned] or head
    asked = request.GET.get("others", "")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 and int(asked) < len(fit) else 0
    facets = films.facets(Movie.objects.all())
    return {
        "starters": rows(fit[start : start + STARTERS]),
        "others": start + STARTERS if start + STARTERS < len(fit) else 0,
        "genres": in_order([(name, count) for name, count in facets.genres if count], lambda pair: genre(pair[0])),
        "decades": facets.decades,
    }
