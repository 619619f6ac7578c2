"""Finding films by name: the page, the same list as a file, and what a browser's own search field suggests."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from catalog.finding.asked import MOST_LETTERS, MOST_WORDS, Asked, read
from catalog.models import Movie
from catalog.models.movies import NEAR
from catalog.selectors import films
from catalog.territories import chosen
from catalog.views import mine
from catalog.views.film_files import film_file
from catalog.views.here import day_here
from catalog.views.paging import page_of, without_page
from catalog.views.rows import own_rows

PER_PAGE = 50
SUGGESTED = 8
MOST_ROWS = 1_000  # of a file


def search(request: HttpRequest) -> HttpResponse:
    """Films by name, or those near to it; with nothing found, what to try."""
    asked = read(request.GET.get("q", ""))
    page = page_of(request, films.search(asked.text), PER_PAGE)
    listed = list(page.object_list)
    numbers = [film.pk for film in listed]
    here = films.playing(numbers, chosen(request), day_here(request)) if listed else set()
    context = {
        "query": asked.text,
        "cut": asked.cut,
        "most_words": MOST_WORDS,
        "most_letters": MOST_LETTERS,
        "page_obj": page,
        "rows": own_rows(listed, mine.given(request, numbers), here),
        "meant": _meant(listed),
        "files": f"?{urlencode({'q': asked.text})}",
        "querystring": without_page(request),
        "total": Movie.objects.count() if not listed else None,
    }
    return render(request, "catalog/search.html", context)


def _meant(listed: list[Any]) -> Movie | None:
    """Return the nearest film when none is what was asked for letter by letter."""
    first = listed[0] if listed else None
    return first if first is not None and first.closeness >= NEAR else None


def search_file(request: HttpRequest, ending: str) -> HttpResponse:
    """What the page lists, as a file."""
    asked = read(request.GET.get("q", ""))
    found = films.search(asked.text)[:MOST_ROWS]
    return film_file(request, ending, "retromovies-search", _facts(asked), found)


def _facts(asked: Asked) -> dict[str, Any]:
    return {"query": asked.text, "cut": asked.cut}


def suggest(request: HttpRequest) -> HttpResponse:
    """Names for what is being typed, as OpenSearch's suggestions: what was asked, names, notes, addresses."""
    asked = read(request.GET.get("q", ""))
    found = list(films.search(asked.text)[:SUGGESTED])
    answer = [
        asked.text,
        [film.title for film in found],
        [str(film.year) for film in found],
        [request.build_absolute_uri(film.get_absolute_url()) for film in found],
    ]
    response = JsonResponse(answer, safe=False, content_type="application/x-suggestions+json")
    response["Cache-Control"] = "public, max-age=300"
    return response


def search_address(text: str) -> str:
    """Return the address of a search."""
    return f"{reverse('search')}?{urlencode({'q': text})}"
