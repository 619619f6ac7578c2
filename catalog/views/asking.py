"""Who asks for a list: a member, or a stranger whose ratings wait in their session until they join."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.errors import CatalogError
from catalog.models import Movie, User
from catalog.selectors import judges, kept, tastes
from catalog.selectors.tastes import Taste
from catalog.services import guests, preferences, ratings, recommendations, undo
from catalog.views.named_film import value_of

KEY = "guest"  # in the session; written by a post alone
WANTED = 5  # ratings with which a stranger's list begins to say something
MOST = 100  # ratings that wait in one session


def taste_of(request: HttpRequest) -> Taste:
    """Return what a list is made from for whoever asks."""
    if isinstance(request.user, User):
        return tastes.of_member(request.user)
    waiting = _kept(request)
    if not waiting.get("personal", True):
        return Taste(judge=waiting.get("judge", ""), personal=False)
    return Taste(_there(waiting), judge=waiting.get("judge", ""))


class Back(NamedTuple):
    """The way back from a rating: what a member's kept row brings back, or the value that a stranger's film had."""

    removal: int | None = None
    was: int | None = None

    def query(self) -> dict[str, str]:
        """Return it as an address carries it along."""
        return {name: str(value) for name, value in self._asdict().items() if value}


def back_of(request: HttpRequest) -> Back:
    """Return the way back that an address carries along, as far as it is the visitor's."""
    if not isinstance(request.user, User):
        return Back(was=value_of(request.GET.get("was", "")))
    asked = request.GET.get("removal", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    there = number and kept.removals_of(request.user).filter(pk=number).exists()
    return Back(number if there else None)


def rate(request: HttpRequest, film: Movie) -> tuple[str, Back]:
    """Do what a form asks: a rating, or the way back; a stranger's waits in the session. Raises CatalogError."""
    away, value, now = "withdraw" in request.POST, request.POST.get("value", ""), timezone.now()
    done = "withdrawn" if away else "rated"
    if not isinstance(request.user, User):
        was = _kept(request).get("ratings", {}).get(str(film.pk))
        _take_back(request, film) if away else _remember(request, film, value)
        return done, Back(was=was)
    given: dict[str, Any] = {"movie_id": film.pk, "by": request.user, "at": now}
    removal = undo.withdraw_rating(**given) if away else recommendations.rate_movie(**given, value=value)
    return done, Back(removal.pk if removal else None)


def _remember(request: HttpRequest, film: Movie, value: Any) -> None:
    """Keep a stranger's rating in their session, in the place of an earlier one. Raises BadRating, or CatalogError."""
    waiting = _kept(request)
    given = waiting.setdefault("ratings", {})
    if len(given) >= MOST and str(film.pk) not in given:
        raise CatalogError(_("That is as many ratings as wait here: join to keep them and to give more."))
    given[str(film.pk)] = ratings.whole(value)
    request.session[KEY] = waiting


def _take_back(request: HttpRequest, film: Movie) -> None:
    """Take a stranger's rating out of their session."""
    waiting = _kept(request)
    waiting.get("ratings", {}).pop(str(film.pk), None)
    request.session[KEY] = waiting


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
    taken = guests.keep(given=given, by=user, at=timezone.now())
    told = ngettext(
        "%(new)s rating you gave before is yours now.", "%(new)s ratings you gave before are yours now.", taken.new
    )
    words = [told % {"new": taken.new}] if taken.new else []
    if taken.own:
        own = ngettext(
            "%(own)s film you had rated already: your own value stays.",
            "%(own)s films you had rated already: your own values stay.",
            taken.own,
        )
        words.append(own % {"own": taken.own})
    messages.success(request, " ".join(words))


def _kept(request: HttpRequest) -> dict[str, Any]:
    waiting: dict[str, Any] = request.session.get(KEY, {})
    return waiting


def _there(waiting: dict[str, Any]) -> dict[int, int]:
    """Return the ratings of films that are still there."""
    given = {int(film): value for film, value in waiting.get("ratings", {}).items()}
    there = set(Movie.objects.filter(pk__in=given).values_list("pk", flat=True)) if given else set()
    return {film: value for film, value in given.items() if film in there}
