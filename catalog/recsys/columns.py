"""An edition as columns of whole numbers: quick enough to weigh anew for one page, exact as the chart itself.

Units as in recsys.weighted: points S in tenths, C in ten-thousandths, WR in millionths. Everything stays below 2^63 for
votes up to 10^9 and m up to 10^9. No float is used.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.recsys.editions import FORMAT
from catalog.recsys.weighted import E4, Tallied, half_even, place, wr_e6

Array = NDArray[np.int64]
Place = tuple[int, int, int, int]
_DIGITS = bytes(byte if chr(byte).isdigit() and byte < 128 else 32 for byte in range(256))


class Terms(NamedTuple):
    """What a chart is weighed by: m, the least votes to be listed, and C in ten-thousandths."""

    prior_votes: int
    floor: int
    mean_e4: int


@dataclass(frozen=True, eq=False)
class Columns:
    """The films of an edition in its order, one array each of shape (films,); rank is 0 below the floor."""

    terms: Terms
    id: Array
    year: Array
    votes: Array
    points: Array
    wr_e6: Array
    rank: Array

    def at(self, film: int) -> int | None:
        """Return the line of a film, from 0; None when it is not in the edition."""
        found = np.flatnonzero(self.id == film)
        return int(found[0]) if len(found) else None

    def film(self, film: int) -> Tallied | None:
        """Return a film as the formula saw it; None when it is not in the edition."""
        line = self.at(film)
        return None if line is None else self.line(line)

    def line(self, line: int) -> Tallied:
        return Tallied(int(self.id[line]), int(self.year[line]), int(self.votes[line]), int(self.points[line]))

    def __len__(self) -> int:
        return len(self.id)


def read(data: bytes) -> Columns:
    """Return the columns of an artefact, whose bytes are canonical. Raises ValueError when they are not an edition's."""
    first, _, body = data.partition(b"\n")
    try:
        head = json.loads(first)
        cells = body.replace(b'"wr_e6"', b"").replace(b"null", b"0").translate(_DIGITS)
        table = np.fromstring(cells.decode("ascii"), dtype=np.int64, sep=" ").reshape(-1, 6)
        if head["format"] != FORMAT or head["films"] != len(table):
            raise ValueError("its first line does not describe the rest")
        terms = Terms(head["m"], head["floor"], head["C_e4"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not an edition's artefact: {error}") from error
    return Columns(terms, *(np.ascontiguousarray(column) for column in table.T))


def weigh(columns: Columns, terms: Terms) -> Array:
    """Return every film's WR under these terms, half-even, in millionths; shape (films,)."""
    top = columns.points * 100_000 + terms.prior_votes * terms.mean_e4 * 100
    bottom = columns.votes + terms.prior_votes
    whole, rest = np.divmod(top, bottom)
    up = (2 * rest > bottom) | ((2 * rest == bottom) & (whole % 2 == 1))
    return np.asarray(whole + up, dtype=np.int64)


def place_of(film: Tallied, terms: Terms) -> Place:
    """Return where a film stands in the total order under these terms."""
    return place(film, wr_e6(film.votes, film.points, terms.prior_votes, terms.mean_e4))


def rank_of(columns: Columns, film: Tallied, terms: Terms) -> int | None:
    """Return the rank that a film with these votes has among the other films of an edition; None below the floor."""
    if film.votes < terms.floor:
        return None
    wr, votes, year, number = place_of(film, terms)
    others, older = weigh(columns, terms), columns.year
    last = (older < year) | ((older == year) & (columns.id < number))
    level = (columns.votes > -votes) | ((columns.votes == -votes) & last)
    ahead = (others > -wr) | ((others == -wr) & level)
    return 1 + int(np.count_nonzero(ahead & (columns.votes >= terms.floor) & (columns.id != number)))


@lru_cache(maxsize=24)
def order(columns: Columns, terms: Terms) -> tuple[Array, Array]:
    """Return the lines of the listed films, best first, and the WR of each: WR ↓, votes ↓, year ↑, id ↑."""
    wr = weigh(columns, terms)
    listed = np.flatnonzero(columns.votes >= terms.floor)
    keys = (columns.id[listed], columns.year[listed], -columns.votes[listed], -wr[listed])
    lines = listed[np.lexsort(keys)]
    return lines, wr[lines]


@lru_cache(maxsize=12)
def mean_sum(columns: Columns) -> tuple[int, int]:
    """Return the exact sum of S/10v over all films, as an unreduced fraction."""
    return exact_sum(columns.votes, columns.points)


def exact_sum(votes: Array, points: Array) -> tuple[int, int]:
    """Return the exact sum of S/10v as an unreduced fraction; films with the same votes are added first."""
    kinds, which = np.unique(votes, return_inverse=True)
    sums = np.zeros(len(kinds), dtype=np.int64)
    np.add.at(sums, which, points)
    parts = [(int(top), 10 * int(bottom)) for top, bottom in zip(sums, kinds, strict=True)]
    while len(parts) > 1:  # large numbers meet large numbers
        pairs = zip(parts[::2], parts[1::2], strict=False)
        odd = parts[-1:] if len(parts) % 2 else []
        parts = [(a * d + c * b, b * d) for (a, b), (c, d) in pairs] + odd
    return parts[0]


def mean_of(votes: Array, points: Array) -> int:
    """Return the mean of S/10v over films, half-even, in ten-thousandths. At least one film."""
    top, bottom = exact_sum(votes, points)
    return half_even(top * E4, bottom * len(votes))
