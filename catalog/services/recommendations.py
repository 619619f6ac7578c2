"""Recommendations for a member or for ratings that a partner sends, and what becomes of them, counted by version."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from catalog.models import Rating, User
from catalog.selectors import recommendations
from catalog.selectors.recommendations import Picks
from catalog.services import ratings
from mlops import serving

SHOWN, OPENED, ANSWERED, HIDDEN = "SHOWN", "OPENED", "ANSWERED", "HIDDEN"
LISTED = 20  # so many places count as the list when a film of it is opened, rated or put away


def for_member(*, by: User, most: int = 10) -> Picks:
    """Return a member's list, from their ratings as they stand in this moment, and count what it shows."""
    hidden = set(recommendations.hidden_by(by).values_list("movie_id", flat=True))
    return for_ratings(given=recommendations.ratings_of(by), hidden=hidden, most=most)


def for_ratings(*, given: Mapping[int, int], hidden: Collection[int] = (), most: int = 10) -> Picks:
    """Return the list for ratings (film → 1 … 10), and count what it shows."""
    found = recommendations.picks(given, hidden=hidden, most=most)
    if found.judge and found.picks:
        serving.record(found.judge.label, SHOWN, len(found.picks))
    return found


def note(act: str) -> None:
    """Count one act on what the version in service put forward; nothing when none is."""
    found, _ = recommendations.at_work()
    if found:
        serving.record(found.label, act)


def rate_movie(*, movie_id: int, by: User, at: datetime, value: Any) -> Rating:
    """Record a member's rating as ratings.rate_movie does; on a film of their list it counts as an answer."""
    listed = on_list(movie_id, by)
    rating = ratings.rate_movie(movie_id=movie_id, by=by, at=at, value=value)
    if listed:
        note(ANSWERED)
    return rating


def on_list(movie_id: int, by: User) -> bool:
    """Say whether a film is among the first places of a member's list now."""
    found, _ = recommendations.at_work()
    if found is None:
        return False
    given = recommendations.ratings_of(by)
    if movie_id in given or not recommendations.likes(found.model, given):
        return False
    hidden = set(recommendations.hidden_by(by).values_list("movie_id", flat=True))
    place = found.model.rank_of(movie_id, given, hidden)
    return place is not None and place.score > 0 and place.rank <= LISTED
