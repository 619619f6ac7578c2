"""Every refusal of the API as one body: application/problem+json (RFC 9457)."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request

from catalog import errors
from catalog.api.problems import BASE, PROBLEMS

logger = logging.getLogger(__name__)

Fault = dict[str, str]  # one wrong place: parameter, code, detail


class Refused(exceptions.APIException):
    """A refusal by its code in PROBLEMS, with a sentence for this case and the places that are wrong."""

    def __init__(self, code: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None):
        super().__init__(detail, code)
        self.code, self.faults, self.headers = code, list(faults), dict(headers or {})


def bad_parameter(name: str, detail: str, code: str = "bad_parameter") -> Refused:
    """Return the refusal of one parameter."""
    return Refused(code, detail, [{"parameter": name, "code": code, "detail": detail}])


def problem_response(
    request: HttpRequest | Request,
    status: int,
    code: str,
    detail: str,
    *,
    faults: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a problem body; its type is the address that explains its code, or for a code not in PROBLEMS about:blank."""
    kind = PROBLEMS.get(code)
    body: dict[str, Any] = {
        "type": f"{BASE}{code}" if kind else "about:blank",
        "title": kind.title if kind else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "request_id": getattr(request, "id", ""),
        "errors": list(faults),
    }
    response = HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    response.problem_code = code  # type: ignore[attr-defined]
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def problem(exc: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler: whatever went wrong becomes a problem."""
    request = context["request"]
    refused = _refused(exc)
    if refused is None:
        refused = _broken(exc, request)
    return problem_response(
        request,
        PROBLEMS[refused.code].status,
        refused.code,
        str(refused.detail),
        faults=refused.faults,
        headers=refused.headers,
    )


def _refused(exc: Exception) -> Refused | None:
    """Return the exception in our words, or None when it is nobody's refusal but a fault of ours."""
    if isinstance(exc, Refused):
        return exc
    if isinstance(exc, Http404 | exceptions.NotFound | errors.UnknownMovie):
        return Refused("not_found", str(exc) or PROBLEMS["not_found"].meaning)
    for kind, code in OURS.items():
        if isinstance(exc, kind):
            return Refused(code, str(exc))
    if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _unknown(exc)
    if isinstance(exc, exceptions.Throttled):
        return Refused("rate_limited", str(exc.detail), headers={"Retry-After": str(getattr(exc, "wait", 1))})
    for kind, code in FRAMEWORKS.items():
        if isinstance(exc, kind):
            return Refused(code, WORDS.get(code) or str(getattr(exc, "detail", "")) or PROBLEMS[code].meaning)
    return None


def _unknown(exc: exceptions.APIException) -> Refused:
    """Say who may come in; a key that was tried and refused is named so (RFC 6750)."""
    tried = isinstance(exc, exceptions.AuthenticationFailed)
    scheme = str(getattr(exc, "auth_header", "Bearer"))
    if not tried:
        return Refused("key_missing", PROBLEMS["key_missing"].meaning, headers={"WWW-Authenticate": scheme})
    return Refused("key_refused", str(exc.detail), headers={"WWW-Authenticate": f'{scheme}, error="invalid_token"'})


def _broken(exc: Exception, request: Request) -> Refused:
    """Keep what happened in the log, under the id that the caller is given, and tell nothing of it."""
    logger.error("%s %s failed, request %s", request.method, request.path, getattr(request, "id", ""), exc_info=exc)
    if isinstance(exc, OperationalError):
        return Refused("unavailable", PROBLEMS["unavailable"].meaning, headers={"Retry-After": "5"})
    return Refused("internal", PROBLEMS["internal"].meaning)


OURS: dict[type[Exception], str] = {
    errors.NotPublishable: "terms_of_source",
    errors.EditionGone: "edition_gone",
    errors.EditionWrong: "edition_gone",
    errors.KeyInUse: "idempotency_key_in_use",
    errors.KeyTaken: "idempotency_key_taken",
    errors.EndpointChanged: "precondition_failed",
    errors.TooManyEndpoints: "too_many_endpoints",
    errors.NothingToSend: "nothing_to_send",
    errors.TooManyImports: "too_many_imports",
    errors.ImportOpen: "import_open",
    errors.ImportEnded: "import_ended",
    errors.ResultGone: "result_gone",
}
WORDS = {  # where the framework's own name no remedy
    "not_acceptable": "Answers are application/json: send «Accept: application/json», or no such header.",
    "media_type": "Bodies here are application/json: send «Content-Type: application/json».",
}
FRAMEWORKS: dict[type[Exception], str] = {
    PermissionDenied: "scope_missing",
    exceptions.PermissionDenied: "scope_missing",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "media_type",
    exceptions.ParseError: "bad_request",
    exceptions.ValidationError: "bad_request",
}
