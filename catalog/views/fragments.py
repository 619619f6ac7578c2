"""What is immutable is rendered once: an edition's rows, page by page."""

from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from catalog.models import ChartEdition, Movie
from catalog.selectors import charts
from catalog.views.rows import rows


def chart_rows(edition: ChartEdition, decade: int | None, genre: str | None, start: int, end: int) -> SafeString:
    """Return the rendered lines start…end of an edition's chart; rendered anew after any film was edited."""
    edited = Movie.history.order_by("-history_id").values_list("history_id", flat=True).first()  
    return _rendered(edition.chain_digest, edited, get_language(), decade, genre, start, end)


@lru_cache(maxsize=512)
def _rendered(
    chain: str, edited: int | None, language: str | None, decade: int | None, genre: str | None, start: int, end: int
) -> SafeString:
    films = charts.charted(decade, genre)[start:end]
    return mark_safe(render_to_string("_partials/chart_rows.html", {"rows": rows(films)}))  # noqa: S308 — our template
