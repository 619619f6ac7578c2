"""Who asked what, and what came of it: a line on each answer, for whoever is asked about a request_id."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from catalog import opaque
from catalog.models import PartnerKey
from catalog.services import calls


def address_of(request: HttpRequest) -> str:
    """Return the address a request came from, past our own proxies; "" when there is none."""
    try:
        return str(get_adapter().get_client_ip(request) or "")
    except PermissionDenied:  # none of its headers tells
        return ""


def note(request: Request, response: HttpResponse, began: float, handler: Any) -> None:
    """Keep a line on an answer. began: time.perf_counter() when its view took it up."""
    key = request.auth if isinstance(request.auth, PartnerKey) else None
    calls.note(
        calls.Call(
            request_id=getattr(request._request, "id", ""),
            at=timezone.now().timestamp(),
            key=key.pk if key else None,
            method=str(request.method)[:10],
            path=opaque.masked(request.path)[:300],
            operation=getattr(handler, "operation", ""),
            status=response.status_code,
            code=str(getattr(response, "problem_code", "")),
            took_ms=round(1000 * (time.perf_counter() - began)),
            address=address_of(request._request),
        )
    )
