"""Which edition an address asks for; and the page that says why its rows cannot be shown."""

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalog.errors import EditionGone, EditionWrong
from catalog.models import ChartEdition
from catalog.selectors import charts


def asked_edition(request: HttpRequest, name: str = "edition") -> ChartEdition | None:
    """Return the edition of ?edition=N, or the newest; None before the first. Raises BadRequest, or Http404 for no such one."""
    text = request.GET.get(name, "").strip()
    return numbered(text, name) if text else charts.newest()


def numbered(text: str, name: str) -> ChartEdition:
    """Return the edition with a number. Raises BadRequest for what is none, Http404 for no such edition."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) < 2**31):
        raise BadRequest(_("“%(name)s” must be the number of an edition, such as ?%(name)s=1.") % {"name": name})
    found = ChartEdition.objects.filter(pk=int(text)).first()
    if found is None:
        newest = charts.newest()
        raise Http404(_("There is no such edition; the newest is %(number)s.") % {"number": newest and newest.number})
    return found


def gone(request: HttpRequest, edition: ChartEdition, why: EditionGone | EditionWrong) -> HttpResponse:
    """Answer 410: the rows of an edition were let go, or are not what was published."""
    context = {"edition": edition, "why": str(why), "section": "editions"}
    return render(request, "catalog/gone.html", context, status=410)


def whose(*editions: ChartEdition) -> ChartEdition:
    """Return the one of these editions whose rows were let go, or the first."""
    return next((edition for edition in editions if edition.thinned_at), editions[0])
