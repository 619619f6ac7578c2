"""The weighted rating once more, straight from its definition and in exact fractions: what every number is held against.

Nothing of catalog is imported here, and nothing is computed as it is computed there.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple


class Film(NamedTuple):
    """year, v, and S in tenths of points."""

    year: int
    votes: int
    points: int


class Place(NamedTuple):
    """WR in millionths of a point; no rank below the floor."""

    wr_e6: int
    rank: int | None


def mean_e4(films: Mapping[int, Film]) -> int:
    """C, in ten-thousandths: the plain mean of the films' own means, over one common denominator."""
    rated = [film for film in films.values() if film.votes]
    common = math.lcm(*(film.votes for film in rated))
    tenths = sum(film.points * (common // film.votes) for film in rated)
    return round(Fraction(tenths, 10 * common * len(rated)) * 10**4)  # a Fraction rounds its halves to even


@lru_cache(maxsize=2**17)  # of thousands of charts that differ in one film, the others are weighed once
def wr_e6(film: Film, m: int, c_e4: int) -> int:
    """v/(v+m)·R + m/(v+m)·C, in millionths, with R = S/10v."""
    own, house = Fraction(film.votes, film.votes + m), Fraction(m, film.votes + m)
    r = Fraction(film.points, 10 * film.votes) if film.votes else Fraction(0)
    return round((own * r + house * Fraction(c_e4, 10**4)) * 10**6)


def places(films: Mapping[int, Film], m: int, floor: int = 1) -> dict[int, Place]:
    """Every rated film's WR and rank, by film: WR ↓, votes ↓, year ↑, id ↑, by sorting once for each, the last first."""
    c = mean_e4(films)
    wr = {number: wr_e6(film, m, c) for number, film in films.items() if film.votes}
    order = sorted(number for number in wr if films[number].votes >= floor)
    order.sort(key=lambda number: films[number].year)
    order.sort(key=lambda number: films[number].votes, reverse=True)
    order.sort(key=lambda number: wr[number], reverse=True)
    ranks = {number: place for place, number in enumerate(order, start=1)}
    return {number: Place(value, ranks.get(number)) for number, value in wr.items()}
