"""Films as lists of the API tell them: plain rows of one statement, for no model is needed to say what is in them."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet

from catalog import titles
from catalog.models import Movie, Standing
from catalog.recsys.weighted import E4, Ranked, half_even


class Place(NamedTuple):
    """A film's place in an edition; its facts are those of now."""

    rank: int | None
    id: int
    title: str
    year: int
    votes: int
    points: int
    wr_e6: int

    @property
    def slug(self) -> str:
        return titles.slug(self.title)

    @property
    def mean_e4(self) -> int:
        return mean_e4(self.votes, self.points)


class FilmRow(NamedTuple):
    """A film, where it came from, and its numbers in the edition in force: None when it is not in it."""

    id: int
    title: str
    year: int
    runtime: int | None
    certificate: str
    genres: str
    source: str | None
    source_row: int | None
    rank: int | None
    votes: int | None
    points: int | None
    wr_e6: int | None
    edition: int | None

    @property
    def slug(self) -> str:
        return titles.slug(self.title)

    @property
    def genre_names(self) -> list[str]:
        return self.genres.strip("|").split("|") if self.genres else []

    @property
    def mean_e4(self) -> int | None:
        return mean_e4(self.votes, self.points) if self.votes and self.points is not None else None


NUMBERS = ("standing__votes", "standing__points", "standing__wr_e6")
PLACE = ("standing__rank", "pk", "title", "year", *NUMBERS)
FILM = (
    "pk",
    "title",
    "year",
    "runtime",
    "certificate",
    "genres",
    "source__key",
    "source_row",
    "standing__rank",
    *NUMBERS,
    "standing__edition_id",
)


def mean_e4(votes: int, points: int) -> int:
    """Return S/10v, half-even at four decimals, in ten-thousandths of a point."""
    return half_even(points * E4, 10 * votes)


def film_row(film: Movie) -> FilmRow:
    """Return the row of a film that was read with its standing and source."""
    place, source = getattr(film, "standing", None), film.source
    numbers = (place.rank, place.votes, place.points, place.wr_e6, place.edition_id) if place else (None,) * 5
    facts = (film.pk, film.title, film.year, film.runtime, film.certificate, film.genres)
    return FilmRow(*facts, source.key if source else None, film.source_row, *numbers)


def place_of(film: Movie, place: Standing | Ranked) -> Place:
    return Place(place.rank, film.pk, film.title, film.year, place.votes, place.points, place.wr_e6)


def places(films: QuerySet[Movie], most: int, edition: int) -> list[Place] | None:
    """Return the places of charted films, best first; None when another edition than this came in between."""
    rows = list(films.values_list(*PLACE, "standing__edition_id")[:most])
    return [Place(*row[:-1]) for row in rows] if all(row[-1] == edition for row in rows) else None


def past_places(rows: Iterable[Ranked]) -> list[Place]:
    """Return the places of an older edition's rows, of those films that are still there."""
    rows = list(rows)
    told = Movie.objects.filter(pk__in=[row.id for row in rows]).values_list("pk", "title", "year")
    facts = {pk: (title, year) for pk, title, year in told}
    return [
        Place(row.rank, row.id, *facts[row.id], row.votes, row.points, row.wr_e6) for row in rows if row.id in facts
    ]
