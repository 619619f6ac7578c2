"""The weighted rating in whole numbers: WR = v/(v+m)·R + m/(v+m)·C, with no float anywhere.

Units: votes v are counts; points S are tenths of points (R = S/10v); C is in ten-thousandths (e4), WR in millionths (e6).
Source: the formula of the IMDb Top 250; a true Bayesian mean, with m as the weight of the prior.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

E4, E6 = 10**4, 10**6


@dataclass(frozen=True, slots=True)
class Tallied:
    """One film as the formula sees it: id, year (for ties), votes, points in tenths."""

    id: int
    year: int
    votes: int
    points: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """One film of an edition; rank is None below the floor."""

    id: int
    year: int
    votes: int
    points: int
    wr_e6: int
    rank: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole chart: C in ten-thousandths and every film that enters it, best first, those without a rank last."""

    mean_e4: int
    rows: list[Ranked]


def half_even(numerator: int, denominator: int) -> int:
    """Return numerator/denominator rounded to a whole number, halves to even. Both ≥ 0, denominator > 0."""
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        return quotient + 1
    return quotient


def mean_e4(films: Iterable[Tallied]) -> int:
    """Return C: the mean of S/10v over films with v ≥ 1, exact, then half-even at four decimals, in ten-thousandths.

    Raises ValueError when no film has a vote.
    """
    by_votes: dict[int, int] = {}
    count = 0
    for film in films:
        if film.votes > 0:
            by_votes[film.votes] = by_votes.get(film.votes, 0) + film.points
            count += 1
    if not count:
        raise ValueError("no film has a vote, so there is no mean of all films")
    top, bottom = _sum([(points, 10 * votes) for votes, points in by_votes.items()])
    return half_even(top * E4, bottom * count)


def _sum(fractions: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the sum of fractions, unreduced; halves are added as a tree, so that large numbers meet large numbers."""
    if len(fractions) == 1:
        return fractions[0]
    middle = len(fractions) // 2
    (a, b), (c, d) = _sum(fractions[:middle]), _sum(fractions[middle:])
    return a * d + c * b, b * d


def wr_e6(votes: int, points: int, prior_votes: int, mean: int) -> int:
    """Return (S/10 + m·C)/(v + m), half-even at six decimals, in millionths.

    points: S in tenths; mean: C in ten-thousandths. Raises ValueError when v + m is 0: there is nothing to weigh.
    """
    if votes + prior_votes <= 0:
        raise ValueError("a film without votes has no rating when m is 0")
    return half_even(points * (E6 // 10) + prior_votes * mean * (E6 // E4), votes + prior_votes)


def place(film: Ranked | Tallied, wr: int) -> tuple[int, int, int, int]:
    """Return the sort key of the total order: WR ↓, votes ↓, year ↑, id ↑."""
    return -wr, -film.votes, film.year, film.id


def chart(films: Iterable[Tallied], *, prior_votes: int, floor: int) -> Chart:
    """Return the chart of all films with v ≥ 1; only those with v ≥ floor get a rank.

    prior_votes: m; floor: least votes to be listed. Raises ValueError when no film has a vote.
    """
    entered = [film for film in films if film.votes > 0]
    mean = mean_e4(entered)
    rated = [(film, wr_e6(film.votes, film.points, prior_votes, mean)) for film in entered]
    rated.sort(key=lambda pair: (pair[0].votes < floor, place(pair[0], pair[1])))
    rows = [
        Ranked(film.id, film.year, film.votes, film.points, wr, position if film.votes >= floor else None)
        for position, (film, wr) in enumerate(rated, start=1)
    ]
    return Chart(mean, rows)
