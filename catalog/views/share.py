"""The pictures of shared links: drawn once, kept as files, known by what they are made of."""

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from catalog import cards
from catalog.cards import png
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
    return unless_known(request, made_of, lambda: HttpResponse(_kept(svg), content_type="image/png"), lasts=LASTS)


def _kept(svg: str) -> bytes:
    """Return the picture from its file, or draw it and keep it. The folder may be emptied at any time."""
    digest = hashlib.sha256(f"{png.VERSION}|{svg}".encode()).hexdigest()
    place: Path = settings.STATE / "cards" / digest[:2] / f"{digest}.png"
    try:
        return place.read_bytes()
    except FileNotFoundError:
        picture = png.png(svg)
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}")
        draft.write_bytes(picture)
        draft.replace(place)
        return picture
