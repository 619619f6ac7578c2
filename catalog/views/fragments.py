"""What is immutable is rendered once: an edition's rows, page by page."""

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from catalog.models import ChartEdition, Movie
from catalog.selectors import charts, films
from catalog.selectors.films import Facets
from catalog.views.rows import rows


def chart_rows(edition: ChartEdition, decade: int | None, genre: str | None, start: int, end: int) -> SafeString:
    """Return the rendered lines start…end of an edition's chart; rendered anew after any film was edited."""
    return _rendered(edition.chain_digest, films.last_edit(Movie), get_language(), decade, genre, start, end)


def chart_facets(edition: ChartEdition, decade: int | None, genre: str | None) -> Facets:
    """Return how many charted films each genre has in this decade, and each decade in this genre; none of them empty."""
    return _facets(edition.chain_digest, films.last_edit(Movie), decade, genre)


@lru_cache(maxsize=512)
def _rendered(
    chain: str, edited: int, language: str | None, decade: int | None, genre: str | None, start: int, end: int
) -> SafeString:
    charted = charts.charted(decade, genre)[start:end]
    return mark_safe(render_to_string("_partials/chart_rows.html", {"rows": rows(charted)}))  # noqa: S308 — our template


@lru_cache(maxsize=256)
def _facets(chain: str, edited: int, decade: int | None, genre: str | None) -> Facets:
    genres = films.facets(charts.charted(decade)).genres
    decades = films.facets(charts.charted(genre=genre)).decades
    return Facets([(name, count) for name, count in genres if count], decades)
