"""Pages of one edition's chart: a walk that began in an edition ends in it, also when a newer one is in force."""

from functools import lru_cache
from itertools import islice

from catalog.models import ChartEdition, Movie
from catalog.recsys import editions as codec
from catalog.recsys.weighted import Ranked
from catalog.selectors import charts, film_rows
from catalog.selectors.film_rows import Place


def entries(
    edition: ChartEdition, *, in_force: bool, after: int, most: int, decade: int | None = None, genre: str | None = None
) -> list[Place]:
    """Return so many places ranked after a rank, best first, of the whole chart or of a decade or genre of it.

    in_force: no newer edition was seen. Raises EditionGone when an older edition's rows were let go.
    """
    if in_force:
        found = film_rows.places(charts.charted(decade, genre).filter(standing__rank__gt=after), most, edition.number)
        if found is not None:
            return found
    return _past(edition, after=after, most=most, decade=decade, genre=genre)


def _past(edition: ChartEdition, *, after: int, most: int, decade: int | None, genre: str | None) -> list[Place]:
    films = Movie.objects.all()
    if decade is not None:
        films = films.of_decade(decade)
    if genre is not None:
        films = films.of_genre(genre)
    known = set(films.values_list("pk", flat=True))
    later = (row for row in _rows(charts.artefact(edition)) if row.rank is not None and row.rank > after)
    return film_rows.past_places(islice((row for row in later if row.id in known), most))


@lru_cache(maxsize=4)
def _rows(data: bytes) -> list[Ranked]:
    """Return an artefact's rows, parsed once: the next page of the same walk follows soon."""
    return codec.parse(data)[1]
