"""What a partner's developer reads first: the page, the map for language models, and the API to try out."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from catalog.models import PartnerKey
from catalog.services import idempotency, partners
from catalog.versions import NEWEST
from catalog.views import house_rules, script
from catalog.views.conditional import unless_known
from catalog.views.private import private

HOUR = timedelta(hours=1)
TOURS = {"curl": ("getting_started.sh", "tour-curl"), "Python": ("getting_started.py", "tour-python")}
SCOPES = {
    PartnerKey.Scope.CATALOG_READ: _("Films by number, title and filters; recommendations, films alike, models."),
    PartnerKey.Scope.CHARTS_READ: _("The chart, the receipt of every rank, editions and their proofs."),
    PartnerKey.Scope.RIGHTS_READ: _("Where and when films may be shown."),
    PartnerKey.Scope.RATINGS_READ: _("What you sent of your viewers: ratings, plays, imports and their results."),
    PartnerKey.Scope.RATINGS_WRITE: _("Send, change and take back ratings and plays, one by one or as a file."),
    PartnerKey.Scope.WEBHOOKS_READ: _("Your endpoints, and what became of each delivery."),
    PartnerKey.Scope.WEBHOOKS_WRITE: _("Set up endpoints, test them, change their secrets, send again."),
}


def developers(request: HttpRequest) -> HttpResponse:
    """What the API is, how to get in, what it promises, and a first tour that was run before it was shown."""
    return render(request, "catalog/developers.html", {"contact": house_rules.contact(), **promised()})


def promised() -> dict[str, Any]:
    """Return every number and word that the page promises, as the code itself has it."""
    return {
        "scopes": [(scope.value, SCOPES[scope], scope in PartnerKey.READ) for scope in PartnerKey.Scope],
        "tours": [(name, script.text(file), address) for name, (file, address) in TOURS.items()],
        "reads": settings.API_PER_MINUTE,
        "writes": settings.API_WRITES_PER_MINUTE,
        "month": settings.API_PER_MONTH,
        "page": settings.API_PAGE,
        "most": settings.API_PAGE_MOST,
        "kept_hours": idempotency.KEPT // HOUR,
        "overlap_days": partners.LONGEST_OVERLAP.days,
        "years": partners.LONGEST.days // 366,
        "version": NEWEST,
    }


def llms(request: HttpRequest) -> HttpResponseBase:
    """The API for language models: where things are and what holds everywhere, in plain text."""
    body = render_to_string("api/llms.txt", {"origin": request.build_absolute_uri("/")[:-1], **promised()})
    return unless_known(request, body, lambda: HttpResponse(body, content_type="text/plain; charset=utf-8"))


def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation, to be read and tried out. A key may be typed into it, so no shared cache has a part in it."""
    return private(render(request, "api/docs.html"))
