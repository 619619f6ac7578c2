"""The receipt: every number that put a film at its rank, to the last digit."""

from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from catalog.errors import EditionGone, EditionWrong
from catalog.models import ChartEdition, Movie
from catalog.recsys.weighted import half_even
from catalog.selectors import charts, receipts
from catalog.selectors.documents import edition_document
from catalog.selectors.receipts import Near, Receipt
from catalog.views import formula
from catalog.views.editions_asked import asked_edition, gone
from catalog.views.lift_words import lines
from catalog.views.rows import figure, wr_text
from catalog.views.spans import Scale


def film_rank(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of one film in the edition in force, or in any edition that is kept."""
    found = get_object_or_404(Movie.objects.select_related("imported__source"), pk=pk)
    edition = asked_edition(request)
    try:
        receipt = receipts.receipt(found, edition) if edition else None
    except (EditionGone, EditionWrong) as refusal:
        assert edition is not None
        return gone(request, edition, refusal)
    newest = charts.newest()
    context: dict[str, Any] = {"film": found, "receipt": receipt, "section": "top", "edition": edition}
    context["past"] = newest if edition and newest and newest.number != edition.number else None
    if receipt:
        context |= _numbers(request, found, receipt)
    return render(request, "catalog/receipt.html", context)


def _numbers(request: HttpRequest, found: Movie, receipt: Receipt) -> dict[str, Any]:
    place, edition = receipt.place, receipt.edition
    m = edition.prior_votes
    return {
        "document": edition_document(edition),
        "formula": formula.numbers(edition, place.votes, place.points, place.wr_e6, place.rank),
        "points": figure(place.points, 1),
        "prior_points": figure(m * edition.mean_e4, 4),
        "mean": digits(receipt.mean.numerator, receipt.mean.denominator, 12),
        "exact": digits(receipt.exact.numerator, receipt.exact.denominator),
        "own": digits(receipt.own_weight.numerator, receipt.own_weight.denominator, 12),
        "house": digits(receipt.house_weight.numerator, receipt.house_weight.denominator, 12),
        "imported": receipt.imported,
        "partners": receipt.partners,
        "own_votes": place.votes - receipt.imported,
        "blur": wr_text(half_even(receipt.imported * 50_000, place.votes + m), 6),
        "half": wr_text(receipt.half, 6),
        "near": _near(found, receipt),
        "ties": _ties(receipt),
        "lifts": lines(receipt),
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "before": ChartEdition.objects.filter(number=edition.number - 1, thinned_at=None).first(),
        "after": ChartEdition.objects.filter(number=edition.number + 1, thinned_at=None).first(),
    }


def _near(found: Movie, receipt: Receipt) -> list[dict[str, Any]]:
    """Return the neighbours as lines of a table, each with its interval on one scale."""
    if not receipt.near:
        return []
    scale = Scale.around((near.place.wr_e6, near.half) for near in receipt.near)
    own = scale.span(receipt.place.wr_e6, receipt.half)
    return [
        {
            "own": own,
            "here": near.place.id == found.pk,
            "film": near.film,
            "place": near.place,
            "wr": wr_text(near.place.wr_e6, 6),
            "gap": wr_text(abs(near.place.wr_e6 - receipt.place.wr_e6), 6),
            "sign": "−" if near.place.wr_e6 < receipt.place.wr_e6 else "+",
            "blurred": near.blurred,
            "half": wr_text(near.half, 4),
            "span": scale.span(near.place.wr_e6, near.half),
        }
        for near in receipt.near
    ]


def _ties(receipt: Receipt) -> list[str]:
    """Return, for the neighbours with this very rating, what put one before the other, in words."""
    pairs = [pair for pair in pairwise(receipt.near) if receipt.place in (pair[0].place, pair[1].place)]
    return [_tie(*pair) for pair in pairs if pair[0].place.wr_e6 == pair[1].place.wr_e6]


def _tie(first: Near, second: Near) -> str:
    names = {"first": _named(first), "second": _named(second)}
    a, b = first.place, second.place
    if a.votes != b.votes:
        numbers = {"more": a.votes, "fewer": b.votes}
        return _("%(first)s stands before %(second)s by its votes: %(more)s to %(fewer)s.") % (names | numbers)
    if a.year != b.year:
        numbers = {"older": a.year, "newer": b.year}
        return _("%(first)s stands before %(second)s as the older film: %(older)s and %(newer)s.") % (names | numbers)
    numbers = {"lower": a.id, "higher": b.id}
    return _("%(first)s stands before %(second)s by its number: %(lower)s and %(higher)s.") % (names | numbers)


def _named(near: Near) -> str:
    return near.film.title if near.film else _("film %(number)s") % {"number": near.place.id}


def digits(top: int, bottom: int, places: int = 20) -> str:
    """Return a fraction as people read it, cut (not rounded) after so many decimals; an ellipsis says that more follow."""
    scaled, rest = divmod(top * 10**places, bottom)
    return figure(scaled, places).rstrip("0").rstrip(".,") if not rest else figure(scaled, places) + "…"
