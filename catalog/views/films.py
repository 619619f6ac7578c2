"""A film: its page and its card."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from catalog import cards
from catalog.models import Movie, User
from catalog.recsys.weighted import half_even
from catalog.selectors import charts, films, watching
from catalog.services import recommendations
from catalog.territories import chosen
from catalog.views import film_keep, formula, own_film, similar, structured
from catalog.views.here import day_here
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
        "away": own_film.is_away(request, found),
        **film_keep.panel(request, found),
        "section": "top",
        "head_kind": "video.movie",
        "head_image": reverse("film-share", args=[found.pk]),
        "breadcrumbs_ld": structured.film_breadcrumbs(request, found),
        "card_svg": card_svg(found.pk, found.title, found.year, found.genre_names),
        "play": watching.where(request.user, pk),
        "alert": watching.awaited(request.user, pk, chosen(request)),
        "rights": films.rights(found, chosen(request), day_here(request)),
        "imported": imported,
        "bands": bands_of(found),
        "json_ld": structured.movie(request, found, ratings["given"], ratings["members_tenths"]),
    }
    return render(request, "catalog/film.html", context)


def _opened(request: HttpRequest, found: Movie) -> HttpResponse:
    """Count that a film was opened from a learned list, and lead to its one address."""
    if isinstance(request.user, User):
        recommendations.opened(by=request.user)
    return private(redirect(found))


def rating_context(request: HttpRequest, found: Movie, *, posted: bool = False) -> dict[str, Any]:
    """Return what the page and its rating fragment share: the formula, the visitor's rating, the members' bars.

    posted: the visitor has just rated, so their rating may be read whatever they chose.
    """
    standing = getattr(found, "standing", None)
    edition = standing.edition if standing else charts.newest()  # one edition a page, even while the next comes out
    counts = films.histogram(found)
    given = sum(counts)
    points = sum(value * count for value, count in enumerate(counts, start=1))
    return {
        "film": found,
        "edition": edition,
        "formula": formula.printed(found),
        "provisional": formula.provisional(found, edition),
        **own_film.own(request, found, posted=posted),
        "members": bars(counts),
        "given": given,
        "members_tenths": half_even(points * 10, given) if given >= FEWEST else None,
        "members_mean": mean_text(points * 10, given) if given >= FEWEST else "",
        "fewest": FEWEST,
    }


def bands_of(found: Movie) -> list[dict[str, Any]]:
    """Return the source's decile bands as bars: shares as it gives them, which need not sum to 100."""
    imported = getattr(found, "imported", None)
    bands: list[int] = imported.bands if imported else []
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
