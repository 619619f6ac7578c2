"""What machines read of a film page: schema.org's Movie as JSON-LD."""

import json
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from catalog.models import Movie
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
        "image": request.build_absolute_uri(reverse("film-card", args=[film.pk])),
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
    return mark_safe(json.dumps(found, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 — escaped above
