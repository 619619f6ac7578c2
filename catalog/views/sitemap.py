"""Every address that is worth finding, in one file: the films, the charts, the pages about them."""

from collections.abc import Iterator
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from catalog import titles
from catalog.models import Movie
from catalog.selectors import charts, films
from catalog.views.conditional import unless_known
from catalog.views.film_files import film_stem
from catalog.views.fragments import Printed

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
MOST = 50_000  # addresses of a file, by the protocol
WORDS = ("how", "data", "privacy", "accessibility", "terms", "developers")
PAGES = ("home", "top", "browse", *WORDS, "versus", "models", "editions", "transparency")


def sitemap(request: HttpRequest) -> HttpResponseBase:
    """The sitemap, made once for each edition and each edit of a film."""
    edition = charts.newest()
    printed = Printed.of(edition) if edition else None
    made_of = (
        film_stem(request),
        printed.edited if printed else films.last_edit(Movie),
        edition.number if edition else None,
    )
    return unless_known(request, made_of, lambda: _file(request, printed, made_of))


def _file(request: HttpRequest, printed: Printed | None, made_of: tuple[str, int, int | None]) -> HttpResponse:
    origin = request.build_absolute_uri("/")[:-1]
    pages = [f"<url><loc>{origin}{path}</loc></url>" for path in _pages(printed)]
    body = HEAD + "\n".join([*pages, *_films(*made_of[:2])[: MOST - len(pages)]]) + "\n</urlset>\n"
    return HttpResponse(body, content_type="application/xml; charset=utf-8")


def _pages(printed: Printed | None) -> Iterator[str]:
    yield from map(reverse, PAGES)
    if printed:
        facets = printed.facets()
        yield from (reverse("top", kwargs={"decade": decade}) for decade, _count in facets.decades)
        yield from (reverse("top", kwargs={"genre": genre}) for genre, _count in facets.genres)


@lru_cache(maxsize=2)
def _films(stem: str, edited: int) -> list[str]:
    return [
        f"<url><loc>{stem}{pk}/{titles.slug(title)}</loc><lastmod>{day:%Y-%m-%d}</lastmod></url>"
        if day
        else f"<url><loc>{stem}{pk}/{titles.slug(title)}</loc></url>"
        for pk, title, day in films.edited()
    ]
