"""The receipt: every number that put a film at its rank, to the last digit."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from catalog.models import Movie
from catalog.recsys.weighted import half_even
from catalog.selectors import charts
from catalog.selectors.charts import Receipt
from catalog.selectors.documents import edition_document
from catalog.views import formula
from catalog.views.rows import figure, row, wr_text


def film_rank(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of one film in the edition in force."""
    found = get_object_or_404(Movie.objects.select_related("standing__edition", "imported__source"), pk=pk)
    receipt = charts.receipt(found)
    context: dict[str, Any] = {"film": found, "receipt": receipt, "section": "top"}
    context["edition"] = receipt.edition if receipt else charts.newest()
    if receipt:
        context |= _numbers(found, receipt)
    return render(request, "catalog/receipt.html", context)


def _numbers(found: Movie, receipt: Receipt) -> dict[str, Any]:
    imported = getattr(found, "imported", None)
    standing, m = receipt.standing, receipt.edition.prior_votes
    implied = imported.votes if imported else 0
    blur_e6 = half_even(implied * 50_000, standing.votes + m)  # ±0.05 of each implied vote, as ± of WR
    return {
        "document": edition_document(receipt.edition),
        "formula": formula.printed(found),
        "points": figure(standing.points, 1),
        "prior_points": figure(m * receipt.edition.mean_e4, 4),
        "mean": digits(receipt.mean.numerator, receipt.mean.denominator, 12),
        "exact": digits(receipt.exact.numerator, receipt.exact.denominator),
        "own": digits(receipt.own_weight.numerator, receipt.own_weight.denominator, 12),
        "house": digits(receipt.house_weight.numerator, receipt.house_weight.denominator, 12),
        "above": [_neighbour(film, standing.wr_e6, blur_e6) for film in receipt.above],
        "below": [_neighbour(film, standing.wr_e6, blur_e6) for film in receipt.below],
        "imported": imported,
        "own_votes": standing.votes - implied,
        "blur": wr_text(blur_e6, 6),
    }


def _neighbour(film: Movie, wr_e6: int, blur_e6: int) -> dict[str, Any]:
    gap = abs(film.standing.wr_e6 - wr_e6)
    return {"row": row(film), "wr": wr_text(film.standing.wr_e6, 6), "gap": wr_text(gap, 6), "blurred": gap < blur_e6}


def digits(top: int, bottom: int, places: int = 20) -> str:
    """Return a fraction as people read it, cut (not rounded) after so many decimals; an ellipsis says that more follow."""
    scaled, rest = divmod(top * 10**places, bottom)
    return figure(scaled, places).rstrip("0").rstrip(".,") if not rest else figure(scaled, places) + "…"
