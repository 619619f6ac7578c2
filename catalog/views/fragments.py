"""What is immutable is rendered once: an edition's rows, page by page."""

from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from catalog.models import ChartEdition, Movie
from catalog.selectors import charts, films
from catalog.selectors.films import Facets
from catalog.views.rows import rows
from catalog.words import genre, in_order


@dataclass(frozen=True)
class Printed:
    """One view of a chart that stays as it is until an edition comes out or a film is edited."""

    edition: ChartEdition
    edited: int
    decade: int | None = None
    genre: str | None = None

    @classmethod
    def of(cls, edition: ChartEdition, decade: int | None = None, genre: str | None = None) -> "Printed":
        return cls(edition, films.last_edit(Movie), decade, genre)

    @property
    def key(self) -> tuple[str, int, int | None, str | None]:
        return self.edition.chain_digest, self.edited, self.decade, self.genre

    def count(self) -> int:
        """Return how many films it lists."""
        return _count(*self.key)

    def rows(self, start: int, end: int) -> SafeString:
        """Return the rendered lines start…end."""
        return _rendered(*self.key, get_language(), start, end)

    def items(self, start: int, end: int) -> tuple[tuple[int, str, str], ...]:
        """Return rank, title and address of the lines start…end."""
        return _items(*self.key, start, end)

    def facets(self) -> Facets:
        """Return how many films each genre has in this decade, and each decade in this genre; none of them empty."""
        found = _facets(*self.key)
        return Facets(in_order(found.genres, lambda pair: genre(pair[0])), found.decades)


@lru_cache(maxsize=256)
def _count(chain: str, edited: int, decade: int | None, genre: str | None) -> int:
    return charts.charted(decade, genre).count()


@lru_cache(maxsize=512)
def _rendered(
    chain: str, edited: int, decade: int | None, genre: str | None, language: str | None, start: int, end: int
) -> SafeString:
    charted = charts.charted(decade, genre)[start:end]
    return mark_safe(render_to_string("_partials/chart_rows.html", {"rows": rows(charted)}))  # noqa: S308 — our template


@lru_cache(maxsize=512)
def _items(
    chain: str, edited: int, decade: int | None, genre: str | None, start: int, end: int
) -> tuple[tuple[int, str, str], ...]:
    charted = charts.charted(decade, genre)[start:end]
    return tuple((film.standing.rank or 0, film.title, film.get_absolute_url()) for film in charted)


@lru_cache(maxsize=256)
def _facets(chain: str, edited: int, decade: int | None, genre: str | None) -> Facets:
    genres = films.facets(charts.charted(decade)).genres
    decades = films.facets(charts.charted(genre=genre)).decades
    return Facets([(name, count) for name, count in genres if count], decades)
