"""Finding films: browse by filters, search by title."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from catalog.forms import BrowseForm, SearchForm
from catalog.models import Movie
from catalog.selectors import films
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
        "facets": films.facets(found),
        "querystring": without_page(request),
        "chips": _chips(request, form),
    }
    return render(request, "catalog/browse.html", context)


def _chips(request: HttpRequest, form: BrowseForm) -> list[tuple[str, str]]:
    """Return each active filter in words, with the address that takes it away."""
    clean, chips = form.cleaned_data, []
    words = {
        "genre": clean["genre"],
        "decade": clean["decade"] and f"{clean['decade']}s",
        "longest": clean["longest"] and f"≤ {clean['longest']} min",
        "playable": clean["playable"] and str(form.fields["playable"].label),
    }
    for name, text in words.items():
        if text:
            query = request.GET.copy()
            query.pop(name, None)
            query.pop("page", None)
            chips.append((str(text), f"?{query.urlencode()}"))
    return chips


def search(request: HttpRequest) -> HttpResponse:
    """Films by title: articles and accents do not matter; with nothing found, what to try."""
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    page = page_of(request, films.search(query), PER_PAGE)
    context = {
        "query": query,
        "page_obj": page,
        "rows": rows(page.object_list),
        "querystring": without_page(request),
        "total": Movie.objects.count() if not page.paginator.count else None,
    }
    return render(request, "catalog/search.html", context)
