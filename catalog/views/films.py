"""A film: its page and its card."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from catalog import cards
from catalog.models import Movie, Rating
from catalog.recsys.weighted import half_even
from catalog.selectors import charts, films
from catalog.services import recommendations
from catalog.territories import chosen
from catalog.views import formula, similar, structured
from catalog.views.private import private
from catalog.views.rows import bars, card_svg, figure, mean_text

FEWEST = 5  # no mean of members' ratings is shown below so many


def film(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Everything about one film, on its one address."""
    found = get_object_or_404(Movie.objects.select_related("standing__edition", "imported__source", "source"), pk=pk)
    if request.GET.get("from") == "for-you":
        return _opened(request, found)
    if slug != found.slug:
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    ratings = rating_context(request, found)
    imported = getattr(found, "imported", None)
    context = {
        **ratings,
        **similar.beside(found),
        "section": "top",
        "address": request.build_absolute_uri(found.get_absolute_url()),
        "card_svg": card_svg(found.pk, found.title, found.year, found.genre_names),
        "rights": films.rights(found, chosen(request), timezone.localdate()),
        "imported": imported,
        "bands": _bands(imported.bands) if imported else [],
        "json_ld": structured.movie(request, found, ratings["given"], ratings["members_tenths"]),
    }
    return render(request, "catalog/film.html", context)


def _opened(request: HttpRequest, found: Movie) -> HttpResponse:
    """Count that a film was opened from a learned list, and lead to its one address."""
    if request.user.is_authenticated:
        recommendations.note(recommendations.OPENED)
    return private(redirect(found))


def rating_context(request: HttpRequest, found: Movie) -> dict[str, Any]:
    """Return what the page and its rating fragment share: the formula, the visitor's rating, the members' bars."""
    standing = getattr(found, "standing", None)
    edition = standing.edition if standing else charts.newest()  # one edition a page, even while the next comes out
    counts = films.histogram(found)
    given = sum(counts)
    points = sum(value * count for value, count in enumerate(counts, start=1))
    mine = _mine(request, found)
    return {
        "film": found,
        "edition": edition,
        "formula": formula.printed(found),
        "provisional": formula.provisional(found, edition),
        "mine": mine,
        "mine_label": str(mine or ""),
        "members": bars(counts),
        "given": given,
        "members_tenths": half_even(points * 10, given) if given >= FEWEST else None,
        "members_mean": mean_text(points * 10, given) if given >= FEWEST else "",
        "fewest": FEWEST,
    }


def _mine(request: HttpRequest, found: Movie) -> int | None:
    if not request.user.is_authenticated:
        return None
    return Rating.objects.filter(rater__user=request.user, movie=found).values_list("value", flat=True).first()


def _bands(bands: list[int]) -> list[dict[str, Any]]:
    """Return the source's decile bands as bars: shares as it gives them, which need not sum to 100."""
    return [
        {"label": str(place), "band": figure(band, 1), "x": 60 * (place - 1), "height": band * 120 // 1000}
        for place, band in enumerate(bands, start=1)
    ]


def film_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The film's card as a picture of its own."""
    found = get_object_or_404(Movie, pk=pk)
    svg = cards.card(found.pk, found.title, found.year, found.genre_names)
    response = HttpResponse(svg, content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    return response


def film_bare(request: HttpRequest, pk: int) -> HttpResponse:
    """The address without its name leads to the one with it."""
    return redirect(get_object_or_404(Movie, pk=pk), permanent=True)
