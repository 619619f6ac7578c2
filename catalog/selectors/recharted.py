"""The chart of any edition, as published or under other rules: which films, in which order, and how sure of it one can be."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from catalog.models import ChartEdition, Movie
from catalog.recsys import blur
from catalog.recsys.columns import Array, Columns, Terms, order
from catalog.recsys.knobs import Knobs, terms
from catalog.recsys.weighted import half_even
from catalog.selectors import past
from catalog.selectors.documents import decimal


@dataclass(frozen=True)
class Entry:
    """A film in such a chart; film is None when it was deleted since. official: its rank as published; within: not told apart."""

    rank: int
    film_id: int
    film: Movie | None
    year: int
    votes: int
    points: int
    wr_e6: int
    half: int
    official: int | None
    within: tuple[int, int]

    @property
    def moved(self) -> int:
        """Return how many places above its official rank it stands; negative: below."""
        return self.official - self.rank if self.official else 0


@dataclass(frozen=True, eq=False)
class Recharted:
    """An edition weighed by terms; places: which of the listed ones are shown (all, or a decade's, or a genre's)."""

    edition: ChartEdition
    columns: Columns
    terms: Terms
    lines: Array
    wr: Array
    places: Array

    def __len__(self) -> int:
        return len(self.places)

    def entries(self, start: int, end: int) -> list[Entry]:
        """Return the shown lines start…end, with their films."""
        places = self.places[start:end]
        films = Movie.objects.in_bulk([int(self.columns.id[self.lines[place]]) for place in places])
        half = self._half()
        best, worst = blur.ranks_within(self.wr, half)
        return [self._entry(int(at), films, int(half[at]), (int(best[at]), int(worst[at]))) for at in places]

    def _half(self) -> Array:
        votes, points = self.columns.votes[self.lines], self.columns.points[self.lines]
        return blur.half_widths(votes, points, past.imported(self.edition)[self.lines], self.terms.prior_votes)

    def _entry(self, at: int, films: dict[int, Movie], half: int, within: tuple[int, int]) -> Entry:
        line = int(self.lines[at])
        film, official = self.columns.line(line), int(self.columns.rank[line]) or None
        wr, movie = int(self.wr[at]), films.get(film.id)
        return Entry(at + 1, film.id, movie, film.year, film.votes, film.points, wr, half, official, within)

    def table(self) -> list[tuple[Any, ...]]:
        """Return every shown line as HEADER names it; decimals are texts, a film that was deleted since has no title."""
        titles = dict(Movie.objects.values_list("pk", "title"))
        best, worst = blur.ranks_within(self.wr, self._half())
        lines, found = self.lines[self.places], self.columns
        columns = (found.id, found.rank, found.year, found.votes, found.points)
        rows = zip(*(column[lines].tolist() for column in columns), strict=True)
        sides = (self.places + 1, self.wr[self.places], best[self.places], worst[self.places])
        more = zip(*(side.tolist() for side in sides), strict=True)
        return [
            (
                rank,
                film,
                titles.get(film),
                year,
                decimal(wr, 6),
                votes,
                _mean(points, votes),
                official or None,
                low,
                high,
            )
            for (film, official, year, votes, points), (rank, wr, low, high) in zip(rows, more, strict=True)
        ]


HEADER = ("rank", "film", "title", "year", "wr", "votes", "mean", "official_rank", "best_rank", "worst_rank")


def _mean(points: int, votes: int) -> str:
    return decimal(half_even(points * 10**3, votes), 4)


def recharted(
    edition: ChartEdition, knobs: Knobs | None = None, decade: int | None = None, genre: str | None = None
) -> Recharted:
    """Return the chart of an edition, as published when there are no knobs. Raises NobodyListed, EditionGone, EditionWrong."""
    columns = past.columns(edition)
    found = terms(columns, knobs) if knobs else columns.terms
    lines, wr = order(columns, found)
    shown = np.ones(len(lines), dtype=bool)
    if decade is not None:
        shown &= columns.year[lines] // 10 * 10 == decade
    if genre is not None:
        shown &= np.isin(columns.id[lines], list(Movie.objects.of_genre(genre).values_list("pk", flat=True)))
    return Recharted(edition, columns, found, lines, wr, np.flatnonzero(shown))
