"""Who asks for a list: a member, or a stranger whose ratings wait in their session until they join."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.errors import CatalogError
from catalog.models import Movie, User
from catalog.selectors import judges, tastes
from catalog.selectors.tastes import Taste
from catalog.services import guests, preferences, ratings, recommendations

KEY = "guest"  # in the session; written by a post alone
WANTED = 5  # ratings with which a stranger's list begins to say something
MOST = 100  # ratings that wait in one session


def taste_of(request: HttpRequest) -> Taste:
    """Return what a list is made from for whoever asks."""
    if isinstance(request.user, User):
        return tastes.of_member(request.user)
    kept = _kept(request)
    if not kept.get("personal", True):
        return Taste(judge=kept.get("judge", ""), personal=False)
    return Taste(_there(kept), judge=kept.get("judge", ""))


def rate(request: HttpRequest, film: Movie) -> str:
    """Do what a form asks: a rating, or the way back; a stranger's waits in the session. Raises CatalogError."""
    away, value, now = "withdraw" in request.POST, request.POST.get("value", ""), timezone.now()
    if not isinstance(request.user, User):
        _take_back(request, film) if away else _remember(request, film, value)
    elif away:
        ratings.withdraw_rating(movie_id=film.pk, by=request.user, at=now)
    else:
        recommendations.rate_movie(movie_id=film.pk, by=request.user, at=now, value=value)
    return "withdrawn" if away else "rated"


def _remember(request: HttpRequest, film: Movie, value: Any) -> None:
    """Keep a stranger's rating in their session, in the place of an earlier one. Raises BadRating, or CatalogError."""
    kept = _kept(request)
    given = kept.setdefault("ratings", {})
    if len(given) >= MOST and str(film.pk) not in given:
        raise CatalogError(_("That is as many ratings as wait here: join to keep them and to give more."))
    given[str(film.pk)] = ratings.whole(value)
    request.session[KEY] = kept


def _take_back(request: HttpRequest, film: Movie) -> None:
    """Take a stranger's rating out of their session."""
    kept = _kept(request)
    kept.get("ratings", {}).pop(str(film.pk), None)
    request.session[KEY] = kept


def forget(request: HttpRequest) -> None:
    """Let everything go that a stranger left in their session."""
    request.session.pop(KEY, None)


def choose(request: HttpRequest, key: str) -> None:
    """Choose who recommends: a judge's key, or nothing for nobody. Raises CatalogError when there is no such judge."""
    if key and key not in judges.named():
        raise CatalogError(_("There is no such judge any more: choose one of those on this page."))
    chosen: dict[str, Any] = {"personal": True, "judge": key} if key else {"personal": False}
    if isinstance(request.user, User):
        preferences.choose(by=request.user, **chosen)
    else:
        request.session[KEY] = _kept(request) | chosen


def hand_over(request: HttpRequest, user: User) -> None:
    """Give somebody who has just signed in what they rated before, and tell them; nothing when they rated nothing."""
    given = _there(_kept(request))
    forget(request)
    if not given:
        return
    kept = guests.keep(given=given, by=user, at=timezone.now())
    told = ngettext(
        "%(new)s rating you gave before is yours now.", "%(new)s ratings you gave before are yours now.", kept.new
    )
    words = [told % {"new": kept.new}] if kept.new else []
    if kept.own:
        own = ngettext(
            "%(own)s film you had rated already: your own value stays.",
            "%(own)s films you had rated already: your own values stay.",
            kept.own,
        )
        words.append(own % {"own": kept.own})
    messages.success(request, " ".join(words))


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(KEY, {})
    return kept


def _there(kept: dict[str, Any]) -> dict[int, int]:
    """Return the ratings of films that are still there."""
    given = {int(film): value for film, value in kept.get("ratings", {}).items()}
    there = set(Movie.objects.filter(pk__in=given).values_list("pk", flat=True)) if given else set()
    return {film: value for film, value in given.items() if film in there}
