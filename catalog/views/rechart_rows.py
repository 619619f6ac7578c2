"""Lines of a chart that is not the one in force, rendered once for each edition, rule and page."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from catalog import words
from catalog.models import Movie
from catalog.selectors import charts, films
from catalog.selectors.recharted import Entry, Recharted
from catalog.views.frames import Shelf
from catalog.views.rows import mean_text, thumb_svg, wr_text
from catalog.views.spans import Scale

shelf = Shelf(8 * 2**20)  # some 300 kB a page


def rendered(found: Recharted, turned: bool, start: int, end: int) -> SafeString:
    """Return the lines start…end. turned: under other rules, so that each says how far it is from its official rank."""
    newest = charts.newest()
    chains = found.edition.chain_digest, newest and newest.chain_digest  # what is imported is known from the newest on
    key = (chains, films.last_edit(Movie), get_language(), found.terms, found.places[start:end].tobytes(), turned)
    kept = shelf.get(key)
    text = kept[0].decode() if kept else _rendered(found, turned, start, end)
    if kept is None:
        shelf.put(key, text.encode(), "")
    return mark_safe(text)  # noqa: S308 — our template


def _rendered(found: Recharted, turned: bool, start: int, end: int) -> str:
    entries = found.entries(start, end)
    scale = Scale.around((entry.wr_e6, entry.half) for entry in entries) if entries else Scale(0, 1)
    lines = [_line(entry, scale) for entry in entries]
    return render_to_string("_partials/rechart_rows.html", {"lines": lines, "turned": turned})


def _line(entry: Entry, scale: Scale) -> dict[str, Any]:
    film = entry.film
    return {
        "entry": entry,
        "film": film,
        "moved": entry.moved,
        "genres": words.genres(film.genre_names) if film else "",
        "wr": wr_text(entry.wr_e6),
        "mean": mean_text(entry.points, entry.votes),
        "half": wr_text(entry.half),
        "thumb_svg": thumb_svg(film.pk, film.title, film.year, film.genre_names) if film else "",
        "span": scale.span(entry.wr_e6, entry.half),
    }
