"""What it would take: the fewest more ratings of 10 that bring a film to a rank, C moving with them and rounded.

Every ten raises the film's own mean, so it also raises C, the mean of all films, by which all are weighed. C is rounded, so it
stands still for a while and then ticks: between two ticks the film only gains, at a tick it may lose places. Hence the walk
from tick to tick, and a search by halves inside the first stretch whose end is good enough. Whole numbers only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from catalog.recsys.columns import Columns, Terms, mean_sum, rank_of
from catalog.recsys.weighted import E4, Tallied, half_even

MOST = 10**8  # tens looked at; beyond them a rank counts as out of reach


@dataclass(frozen=True)
class Lift:
    """The fewest tens for a target rank (None: out of reach), the rank and C with them, and the rank with one fewer."""

    target: int
    tens: int | None
    rank: int | None = None
    mean_e4: int | None = None
    fewer: int | None = None


class Given:
    """A film of an edition that is given n tens more, and what follows for C."""

    def __init__(self, columns: Columns, film: Tallied) -> None:
        top, bottom = mean_sum(columns)
        self.columns, self.film, self.films = columns, film, len(columns)
        self.top = top * 10 * film.votes - film.points * bottom  # the sum over the other films
        self.bottom = bottom * 10 * film.votes

    def with_tens(self, n: int) -> Tallied:
        """Return the film with n tens more."""
        return Tallied(self.film.id, self.film.year, self.film.votes + n, self.film.points + 100 * n)

    def terms(self, n: int) -> Terms:
        """Return the edition's terms with C as n tens make it."""
        film, mine = self.with_tens(n), 10 * (self.film.votes + n)
        top, bottom = self.top * mine + film.points * self.bottom, self.bottom * mine
        return self.columns.terms._replace(mean_e4=half_even(top * E4, bottom * self.films))

    def first_with(self, mean_e4: int) -> int | None:
        """Return the fewest tens with which C is at least so high, more than it is without; None: however many.

        C rounds up to it from (S + 100n) / 10(v + n) ≥ p/q on, or only above when the half would go to the even one below.
        """
        q = 2 * E4 * self.bottom
        p = (2 * mean_e4 - 1) * self.films * self.bottom - 2 * E4 * self.top
        slope = 100 * q - 10 * p
        if slope <= 0:
            return None
        need = 10 * self.film.votes * p - self.film.points * q
        return max(0, -(-need // slope) if mean_e4 % 2 == 0 else need // slope + 1)

    def rank(self, n: int) -> int | None:
        """Return the rank with n tens, counted over the whole edition."""
        return rank_of(self.columns, self.with_tens(n), self.terms(n))

    def reaches(self, n: int, terms: Terms, target: int) -> bool:
        """Return whether n tens are enough for a rank, under the terms that they make."""
        rank = rank_of(self.columns, self.with_tens(n), terms)
        return rank is not None and rank <= target


def lift(given: Given, target: int) -> Lift:
    """Return the fewest tens ≥ 1 that bring a film to a target rank or a better one."""
    n = 1
    while n <= MOST:
        terms = given.terms(n)
        tick = given.first_with(terms.mean_e4 + 1)
        end = MOST if tick is None else min(MOST, tick - 1)
        enough = partial(given.reaches, terms=terms, target=target)
        if enough(end):
            least = _first(enough, n, end)
            return Lift(target, least, given.rank(least), terms.mean_e4, given.rank(least - 1))
        n = end + 1
    return Lift(target, None)


def _first(enough: Callable[[int], bool], low: int, high: int) -> int:
    """Return the first n from low to high that is enough; high is, and what is enough stays so."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
