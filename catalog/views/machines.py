"""Addresses that programs ask for by convention: robots, search descriptions, whom to tell of a hole."""

from datetime import UTC, date, datetime, time, timedelta
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.views.conditional import unless_known

DAY = 86_400
CLOSED = ("/admin/", "/accounts/", "/api/", "/me", "/for-you/", "/search", "/browse?")
HOLDS = 180  # days that security.txt is good for, from the first of its month: RFC 9116 advises less than a year


def robots(request: HttpRequest) -> HttpResponseBase:
    """What crawlers had better leave alone: what is one visitor's own, and lists without end."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}", ""]
    return _text(request, lines)


def security(request: HttpRequest) -> HttpResponseBase:
    """Whom to tell of a hole, as RFC 9116 has it; not found where nobody was named."""
    if not settings.SECURITY_CONTACT:
        raise Http404(_("Nobody is named here yet to be told of a hole: SECURITY_CONTACT is not set."))
    lines = [
        *(f"Contact: {contact}" for contact in settings.SECURITY_CONTACT.split()),
        f"Expires: {expires(timezone.localdate()):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code.partition('-')[0] for code, _name in settings.LANGUAGES)}",
        f"Canonical: {request.build_absolute_uri(reverse('security-txt'))}",
        "",
    ]
    return _text(request, lines)


def expires(today: date) -> datetime:
    """Return when what is read today ends to hold: the same for a whole month, never less than 149 days away."""
    return datetime.combine(today.replace(day=1) + timedelta(days=HOLDS), time(), UTC)


def _text(request: HttpRequest, lines: list[str]) -> HttpResponseBase:
    body = "\n".join(lines)
    return unless_known(request, body, lambda: HttpResponse(body, content_type="text/plain; charset=utf-8"), lasts=DAY)


def opensearch(request: HttpRequest) -> HttpResponseBase:
    """How a browser may search here from its own address line."""
    search, suggest = (request.build_absolute_uri(reverse(name)) for name in ("search", "search-suggest"))
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>Retromovies</ShortName>
  <Description>{escape(_("Films by title, whatever the article, accent or slip of the pen"))}</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Image width="16" height="16" type="image/svg+xml">{escape(request.build_absolute_uri("/static/favicon.svg"))}</Image>
  <Url type="text/html" template="{escape(search)}?q={{searchTerms}}"/>
  <Url type="application/x-suggestions+json" rel="suggestions" template="{escape(suggest)}?q={{searchTerms}}"/>
  <Url type="application/opensearchdescription+xml" rel="self" template="{escape(request.build_absolute_uri())}"/>
</OpenSearchDescription>
"""
    kind = "application/opensearchdescription+xml; charset=utf-8"
    return unless_known(request, body, lambda: HttpResponse(body, content_type=kind), lasts=DAY)
