"""A film: its page, its receipt, its card."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from catalog import cards
from catalog.models import Movie, Rating
from catalog.recsys.weighted import half_even
from catalog.selectors import charts, films
from catalog.selectors.documents import decimal
from catalog.territories import chosen
from catalog.views.rows import bars, card_svg, mean_text, rows, wr_text

FEWEST = 5  # no mean of members' ratings is shown below so many


def film(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Everything about one film, on its one address."""
    found = get_object_or_404(Movie.objects.select_related("standing__edition", "imported__source", "source"), pk=pk)
    if slug != found.slug:
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    territory = chosen(request)
    context = {
        "film": found,
        "card_svg": card_svg(found.pk, found.title, found.year, found.genre_names),
        "rights": films.rights(found, territory, timezone.localdate()),
        **rating_context(request, found),
    }
    return render(request, "catalog/film.html", context)


def rating_context(request: HttpRequest, found: Movie) -> dict[str, Any]:
    """Return what the page and its rating fragment share: the formula, the visitor's rating, the members' bars."""
    edition = charts.newest()
    standing = getattr(found, "standing", None)
    counts = films.histogram(found)
    given = sum(counts)
    points = sum(value * count for value, count in enumerate(counts, start=1))
    imported = getattr(found, "imported", None)
    return {
        "film": found,
        "edition": edition,
        "formula": _formula(found),
        "mine": _mine(request, found),
        "provisional": _provisional(found),
        "standing": standing,
        "members": bars(counts),
        "given": given,
        "members_mean": mean_text(points * 10, given) if given >= FEWEST else "",
        "fewest": FEWEST,
        "bands": imported and _bands(imported.bands),
    }


def _formula(found: Movie) -> dict[str, Any] | None:
    standing = getattr(found, "standing", None)
    if standing is None:
        return None
    edition, v = standing.edition, standing.votes
    return {
        "v": v,
        "m": edition.prior_votes,
        "both": v + edition.prior_votes,
        "mean": mean_text(standing.points, v, 1 if standing.points % v == 0 else 4),
        "c": decimal(edition.mean_e4, 4),
        "wr": wr_text(standing.wr_e6, 6),
        "wr_4": wr_text(standing.wr_e6),
        "share": half_even(v * 1000, v + edition.prior_votes),
        "rank": standing.rank,
    }


def _mine(request: HttpRequest, found: Movie) -> int | None:
    if not request.user.is_authenticated:
        return None
    return Rating.objects.filter(rater__user=request.user, movie=found).values_list("value", flat=True).first()


def _provisional(found: Movie) -> dict[str, Any] | None:
    edition, standing = charts.newest(), getattr(found, "standing", None)
    moved = charts.provisional(found, standing, edition)
    if moved is None or edition is None:
        return None
    return {
        "edition": edition.number,
        "votes": moved.votes,
        "wr": wr_text(moved.wr_e6, 6),
        "rank": moved.rank,
        "places": (standing.rank - moved.rank) if standing and standing.rank else 0,
        "mean": mean_text(moved.points, moved.votes, 4),
    }


def _bands(bands: list[int]) -> list[dict[str, Any]]:
    """Return the 2005 decile bands as bars: shares as the source gives them, which need not sum to 100."""
    return [
        {"label": str(place), "band": decimal(band, 1), "x": 60 * (place - 1), "height": band * 120 // 1000}
        for place, band in enumerate(bands, start=1)
    ]


def film_rank(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt: every number that put the film at its rank, to the last digit."""
    found = get_object_or_404(Movie.objects.select_related("standing__edition", "imported__source"), pk=pk)
    receipt = charts.receipt(found)
    context: dict[str, Any] = {"film": found, "receipt": receipt, "edition": charts.newest()}
    if receipt:
        context |= {
            "formula": _formula(found),
            "exact": _digits(receipt.exact.numerator, receipt.exact.denominator),
            "own": _digits(receipt.own_weight.numerator, receipt.own_weight.denominator, 12),
            "house": _digits(receipt.house_weight.numerator, receipt.house_weight.denominator, 12),
            "mean_fraction": receipt.mean,
            "above": rows(receipt.above),
            "below": rows(receipt.below),
            "imported": getattr(found, "imported", None),
            "own_votes": receipt.standing.votes - (found.imported.votes if hasattr(found, "imported") else 0),
        }
    return render(request, "catalog/receipt.html", context)


def _digits(top: int, bottom: int, places: int = 20) -> str:
    """Return a fraction cut (not rounded) after so many decimals, with an ellipsis when more would follow."""
    scaled, rest = divmod(top * 10**places, bottom)
    return decimal(scaled, places).rstrip("0").rstrip(".") if not rest else decimal(scaled, places) + "…"


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
