"""The film and the value that a form names."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from catalog.models import Movie
from catalog.models.ratings import LEAST, MOST


def film_of_form(request: HttpRequest) -> Movie:
    """Return the film that a form names. Raises Http404 when there is none."""
    asked = request.POST.get("film", "")
    found = (
        Movie.objects.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    )
    if found is None:
        raise Http404(_("There is no such film."))
    return found


def value_of(text: str) -> int | None:
    """Return a rating that an address or a form carries along, or None for anything else."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0
    return value if LEAST <= value <= MOST else None
