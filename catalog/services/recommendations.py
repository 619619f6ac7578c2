"""Recommendations for a member or for ratings that a partner sends, and what becomes of them, counted by version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from catalog.models import Removal, User
from catalog.selectors import judges, preferences, recommendations, tastes
from catalog.selectors.judges import Judge
from catalog.selectors.recommendations import Picks
from catalog.selectors.tastes import Taste
from catalog.services import undo
from mlops import serving

SHOWN, OPENED, ANSWERED, HIDDEN = "SHOWN", "OPENED", "ANSWERED", "HIDDEN"
LISTED = 20  # so many places count as the list when a film of it is opened, rated or put away


def for_member(*, by: User, most: int = 10) -> Picks:
    """Return a member's list, from their ratings as they stand in this moment, and count what it shows."""
    return for_taste(taste=tastes.of_member(by), most=most)


def for_ratings(*, given: Mapping[int, int], most: int = 10, noted: bool = True) -> Picks:
    """Return the first judge's list for ratings (film → 1 … 10), and count what it shows unless it is not to be noted."""
    taste = Taste(given)
    return for_taste(taste=taste, most=most) if noted else recommendations.picks(taste, most=most)


def for_taste(*, taste: Taste, most: int = 10) -> Picks:
    """Return the list that the judge chosen makes, and count what it shows under that judge's version."""
    found = recommendations.picks(taste, most=most)
    if found.judge and found.picks:
        note(SHOWN, found.judge, len(found.picks))
    return found


def note(act: str, judge: Judge | None, times: int = 1) -> None:
    """Count an act on what a judge's version put forward; nothing when none did."""
    if judge:
        serving.record(judge.label, act, times)


def opened(*, by: User) -> None:
    """Count that a member opened a film from their list, under the judge that makes it; with no list there is none."""
    chosen = preferences.of(by)
    if chosen.personal:
        note(OPENED, judges.sitting(chosen.judge).judge)


def rate_movie(*, movie_id: int, by: User, at: datetime, value: Any) -> Removal | None:
    """Record a member's rating as undo.rate_movie does; on a film of their list it counts as an answer."""
    lister = lister_of(movie_id, by)
    replaced = undo.rate_movie(movie_id=movie_id, by=by, at=at, value=value)
    note(ANSWERED, lister)
    return replaced


def lister_of(movie_id: int, by: User) -> Judge | None:
    """Return the judge that has a film among the first places of a member's list now, or None."""
    taste = tastes.of_member(by)
    found = judges.sitting(taste.judge).judge if taste.ratings else None
    if found is None or movie_id in taste.ratings or not recommendations.likes(found.model, taste.ratings):
        return None
    place = found.model.rank_of(movie_id, taste.ratings, taste.hidden | judges.gone(found))
    return found if place is not None and place.score > 0 and place.rank <= LISTED else None
