"""The pictures of shared links: drawn once, kept as files, known by what they are made of."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from catalog import cards
from catalog.cards import kept, png
from catalog.models import Movie
from catalog.views.conditional import unless_known

LASTS = 86_400


def film_share(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A film's picture, 1200 by 630."""
    found = get_object_or_404(Movie, pk=pk)
    return _picture(request, cards.share(found.pk, found.title, found.year, found.genre_names))


def house_card(request: HttpRequest) -> HttpResponseBase:
    """The picture of every page that is no film's."""
    return _picture(
        request, cards.house(_("Rankings that anyone can check"), _("Films from the first century of cinema"))
    )


def _picture(request: HttpRequest, svg: str) -> HttpResponseBase:
    made_of = (png.VERSION, svg)

    def draw() -> HttpResponse:
        drawn = kept.picture(svg, settings.STATE / "cards", settings.CARDS_KEPT)
        return HttpResponse(drawn, content_type="image/png")

    return unless_known(request, made_of, draw, lasts=LASTS)
