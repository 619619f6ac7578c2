"""The formula with one film's numbers, as pages print it: every number a text, rounded half to even."""

from typing import Any

from catalog.models import ChartEdition, Movie
from catalog.recsys.weighted import half_even
from catalog.selectors import charts
from catalog.views.rows import figure, mean_text, wr_text


def printed(film: Movie) -> dict[str, Any] | None:
    """Return the formula as the edition in force printed it, or None for a film that is not in it."""
    standing = getattr(film, "standing", None)
    if standing is None:
        return None
    return numbers(standing.edition, standing.votes, standing.points, standing.wr_e6, standing.rank)


def provisional(film: Movie, edition: ChartEdition | None) -> dict[str, Any] | None:
    """Return the formula with the ratings since the edition, or None when there are none."""
    standing = getattr(film, "standing", None)
    moved = charts.provisional(film, standing, edition)
    if moved is None or edition is None:
        return None
    places = standing.rank - moved.rank if standing and standing.rank else 0
    shown = numbers(edition, moved.votes, moved.points, moved.wr_e6, moved.rank)
    more = moved.new_votes
    return {**shown, "edition": edition.number, "places": places, "more": max(0, more), "fewer": max(0, -more)}


def numbers(edition: ChartEdition, v: int, points: int, wr_e6: int, rank: int | None) -> dict[str, Any]:
    """Return what the formula prints for a film of an edition."""
    m = edition.prior_votes
    exact = points % v == 0
    return {
        "v": v,
        "m": m,
        "both": v + m,
        "mean": mean_text(points, v, 1 if exact else 4),
        "mean_rounded": not exact,
        "c": figure(edition.mean_e4, 4),
        "wr": wr_text(wr_e6, 6),
        "wr_4": wr_text(wr_e6),
        "share": half_even(v * 1000, v + m),
        "rank": rank,
    }
