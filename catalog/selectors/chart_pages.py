"""Pages of one edition's chart: a walk that began in an edition ends in it, also when a newer one is in force."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from catalog.models import ChartEdition, Movie, Standing
from catalog.recsys import editions as codec
from catalog.recsys.weighted import E4, Ranked, half_even
from catalog.selectors import charts


@dataclass(frozen=True)
class Entry:
    """A film and its place in an edition; the film's facts are those of now."""

    movie: Movie
    place: Standing | Ranked

    @property
    def mean_e4(self) -> int:
        """S/10v, half-even at four decimals, in ten-thousandths of a point."""
        return half_even(self.place.points * E4, 10 * self.place.votes)


def entries(
    edition: ChartEdition, *, in_force: bool, after: int, most: int, decade: int | None = None, genre: str | None = None
) -> list[Entry]:
    """Return so many entries ranked after a rank, best first, of the whole chart or of a decade or genre of it.

    in_force: no newer edition was seen. Raises EditionGone when an older edition's rows were let go.
    """
    if in_force:
        films = list(charts.charted(decade, genre).filter(standing__rank__gt=after)[:most])
        if all(film.standing.edition_id == edition.number for film in films):
            return [Entry(film, film.standing) for film in films]
    return _past(edition, after=after, most=most, decade=decade, genre=genre)


def _past(edition: ChartEdition, *, after: int, most: int, decade: int | None, genre: str | None) -> list[Entry]:
    films = Movie.objects.all()
    if decade is not None:
        films = films.of_decade(decade)
    if genre is not None:
        films = films.of_genre(genre)
    known = set(films.values_list("pk", flat=True))
    later = (row for row in _rows(charts.artefact(edition)) if row.rank is not None and row.rank > after)
    rows = list(islice((row for row in later if row.id in known), most))
    named = Movie.objects.in_bulk([row.id for row in rows])
    return [Entry(named[row.id], row) for row in rows if row.id in named]


@lru_cache(maxsize=4)
def _rows(data: bytes) -> list[Ranked]:
    """Return an artefact's rows, parsed once: the next page of the same walk follows soon."""
    return codec.parse(data)[1]
