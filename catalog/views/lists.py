"""Finding films: browse by filters, search by title."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from catalog import words
from catalog.forms import BrowseForm, SearchForm
from catalog.models import Movie
from catalog.selectors import films
from catalog.selectors.films import MOST_LETTERS, Facets
from catalog.territories import chosen
from catalog.views.paging import page_of, without_page
from catalog.views.rows import rows

PER_PAGE = 50


def browse(request: HttpRequest) -> HttpResponse:
    """The catalogue by genre, decade, length and rights; the choice is in the address."""
    form = BrowseForm(request.GET)
    if not form.is_valid():
        return render(request, "catalog/browse.html", {"form": form, "page_obj": None}, status=400)
    territory = chosen(request) if form.cleaned_data["playable"] else None
    found = films.browse(**form.choice(), playable_in=territory, day=timezone.localdate())
    page = page_of(request, found, PER_PAGE)
    context = {
        "form": form,
        "page_obj": page,
        "rows": rows(page.object_list),
        "facets": _facet_links(request, form, films.facets(found)),
        "querystring": without_page(request),
        "chips": _chips(request, form),
    }
    return render(request, "catalog/browse.html", context)


def _chips(request: HttpRequest, form: BrowseForm) -> list[tuple[str, str]]:
    """Return each active filter in words, with the address that takes it away."""
    clean = form.cleaned_data
    chips = []
    shown = {
        "genre": clean["genre"] and words.genre(clean["genre"]),
        "decade": clean["decade"] and words.decade(int(clean["decade"])),
        "longest": clean["longest"] and f"≤ {words.minutes(clean['longest'])}",
        "playable": clean["playable"] and str(form.fields["playable"].label),
    }
    for name, text in shown.items():
        if text:
            chips.append((str(text), _with(request, name, "")))
    return chips


def _facet_links(request: HttpRequest, form: BrowseForm, facets: Facets) -> dict[str, list[tuple[str, str, int]]]:
    """Return, for each filter not yet set, its values that films of this choice have: words, address, how many."""
    clean = form.cleaned_data
    genres = [] if clean["genre"] else facets.genres
    decades = [] if clean["decade"] else facets.decades
    return {
        "genres": words.in_order(
            [(words.genre(genre), _with(request, "genre", genre), count) for genre, count in genres if count],
            lambda line: line[0],
        ),
        "decades": [(words.decade(tens), _with(request, "decade", str(tens)), count) for tens, count in decades],
    }


def _with(request: HttpRequest, name: str, value: str) -> str:
    """Return this address with one filter set, or taken away, from its first page on."""
    query = request.GET.copy()
    query.pop("page", None)
    query.pop(name, None)
    if value:
        query[name] = value
    return f"{request.path}?{query.urlencode()}"


def search(request: HttpRequest) -> HttpResponse:
    """Films by title: articles and accents do not matter; with nothing found, what to try."""
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    page = page_of(request, films.search(query), PER_PAGE)
    context = {
        "query": query,
        "cut": len(request.GET.get("q", "").strip()) > MOST_LETTERS,
        "most": MOST_LETTERS,
        "page_obj": page,
        "rows": rows(page.object_list),
        "querystring": without_page(request),
        "total": Movie.objects.count() if not page.paginator.count else None,
    }
    return render(request, "catalog/search.html", context)
