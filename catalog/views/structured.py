"""What machines read of a film page: schema.org's Movie as JSON-LD."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog.models import Movie
from catalog.models.movies import DECADES
from catalog.selectors.documents import decimal

# As django.utils.html.json_script: nothing in the text can end the script element.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def movie(request: HttpRequest, film: Movie, given: int, tenths: int | None) -> SafeString:
    """Return the film as JSON-LD. given, tenths: the members' own ratings and ten times
    their mean; no mean, no aggregate. Imported votes never."""
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Movie",
        "name": film.title,
        "url": request.build_absolute_uri(film.get_absolute_url()),
        "image": request.build_absolute_uri(reverse("film-share", args=[film.pk])),
        "dateCreated": str(film.year),
    }
    if film.genre_names:
        found["genre"] = list(film.genre_names)
    if film.runtime:
        found["duration"] = f"PT{film.runtime}M"
    if film.certificate:
        found["contentRating"] = film.certificate
    if tenths is not None:
        found["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": decimal(tenths, 1),
            "ratingCount": given,
            "bestRating": "10",
            "worstRating": "1",
        }
    return _script(found)


def film_breadcrumbs(request: HttpRequest, film: Movie) -> SafeString:
    """Return the way to a film: the chart, its decade's, the film."""
    decade = reverse("top", kwargs={"decade": film.decade}) if film.decade in DECADES else reverse("top")
    return breadcrumbs(
        request,
        [(_("The chart"), reverse("top")), (f"{film.decade}s", decade), (film.title, film.get_absolute_url())],
    )


def breadcrumbs(request: HttpRequest, way: Sequence[tuple[str, str]]) -> SafeString:
    """Return the way to a page as JSON-LD. way: words and address of each step, the page itself last."""
    return _listed(request, "BreadcrumbList", {}, enumerate(way, start=1))


def item_list(request: HttpRequest, name: str, items: Iterable[tuple[int, str, str]]) -> SafeString:
    """Return a list of films as JSON-LD. items: place, title and address of each."""
    order = {"name": name, "itemListOrder": "https://schema.org/ItemListOrderAscending"}
    return _listed(request, "ItemList", order, ((place, (title, url)) for place, title, url in items))


def _listed(
    request: HttpRequest, kind: str, facts: Mapping[str, Any], items: Iterable[tuple[int, tuple[str, str]]]
) -> SafeString:
    origin = request.build_absolute_uri("/")[:-1]
    listed = [
        {"@type": "ListItem", "position": place, "name": str(words), "item" if kind[0] == "B" else "url": origin + url}
        for place, (words, url) in items
    ]
    return _script({"@context": "https://schema.org", "@type": kind, **facts, "itemListElement": listed})


def _script(found: Mapping[str, Any]) -> SafeString:
    return mark_safe(json.dumps(found, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 — escaped here
