"""What every address of the API has in common: a scope, conditional answers, headers."""

import hashlib
import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Literal, NoReturn

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.http import http_date, parse_http_date
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api import bodies, calls, versions
from catalog.api.authentication import whose
from catalog.api.errors import Refused, problem_response
from catalog.api.params import Parameter
from catalog.api.problems import PROBLEMS
from catalog.models import PartnerKey
from catalog.selectors.revisions import Revision
from catalog.versions import Deprecation

STARTED = timezone.now()  # what only a new release changes is as old as this process
SHAPES = 2  # of the bodies; raise it when what a list shows of the same rows changes, or clients keep the old shape by its ETag
READS = ("GET", "HEAD")
KEPT = 128  # rendered lists that a process remembers, of at most some 50 kB each


class PublicView(APIView):
    """An address that everybody may read."""

    http_method_names = ["get", "head"]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    allowance: Any = None
    deprecation: ClassVar[Deprecation | None] = None
    began = 0.0
    counted = False

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.began = time.perf_counter()
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.check_permissions(request)  # before DRF looks at Accept: whatever is refused is counted
        super().initial(request, *args, **kwargs)
        versions.check(request, self.deprecation)

    def check_permissions(self, request: Request) -> None:
        """Count a request first, whatever it may do: one that may not is no free one."""
        self.check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """DRF asks once more after the permissions."""
        if not self.counted:
            self.counted = True
            super().check_throttles(request)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        raise Refused(
            "method_not_allowed",
            f"{request.method} is not for this address: it takes {', '.join(self.allowed_methods)}.",
        )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            _ = request.auth
        except (APIException, DatabaseError):  # who they are was not found out: nobody, for what is still to be done
            request._not_authenticated()  # type: ignore[attr-defined]
        answer: Any = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in READS:
            answer["Cache-Control"] = "no-store"  # made of what was sent, for nobody else
        elif answer.status_code == 200:
            answer = _settled(request, answer)
        if request.method in READS and answer.status_code in (200, 304):
            answer["Cache-Control"] = "private, max-age=0, must-revalidate"
            patch_vary_headers(answer, ["Authorization", versions.HEADER])
        if answer.status_code != 405:
            del answer["Allow"]
        if self.allowance:
            left = self.allowance.refund() if answer.status_code == 304 else self.allowance
            for name, value in left.headers().items():
                answer[name] = value
        for name, value in versions.headers(request, self.deprecation).items():
            answer[name] = f"{answer[name]}, {value}" if name == "Link" and name in answer else value
        calls.note(request, answer, self.began, getattr(self, str(request.method).lower(), None))
        return answer


class PartnerView(PublicView):
    """An address for keys with a scope: `scope` to read, and to change what is there write_scope, where it is another."""

    scope: ClassVar[PartnerKey.Scope | Literal["any"]]  # any: every key may
    write_scope: ClassVar[PartnerKey.Scope | None] = None
    parser_classes = (bodies.StrictJson,)


def check_match(request: Request, etag: str) -> None:
    """Let a change of a shared record pass that names its present state in If-Match. Raises Refused: 428 without, 412."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Refused("precondition_required", "Send If-Match with the ETag of the state that you change.")
    # Whoever takes answers compressed was given the tag as a weak one: the state it names is the same.
    if etag not in [one.strip().removeprefix("W/") for one in given.split(",")] and given.strip() != "*":
        raise Refused("precondition_failed", "It was changed since you read it: read it again, and decide anew.")


def tag(request: Request, revision: Revision) -> str:
    """Return the strong ETag of a list at a revision: to one partner the same address then has the same bytes.

    To another partner it has not: cursors belong to whoever was given them.
    """
    query = sorted(request.query_params.items())
    named = (SHAPES, whose(request), request.path, query, revision.mark)
    return f'"{hashlib.sha256(repr(named).encode()).hexdigest()[:40]}"'


def known(request: Request, marks: Mapping[str, str]) -> HttpResponse | None:
    """Return the answer to a list of these marks that needs no further work: 304, 412, or the bytes sent before."""
    answer = get_conditional_response(
        _plain(request), etag=marks["ETag"], last_modified=_moment(marks.get("Last-Modified"))
    )
    if answer is not None:
        return _marked(request, answer, marks)
    kept = _shelf(marks["ETag"], request.get_host())
    return HttpResponse(kept["body"], headers=kept["headers"]) if kept else None


@lru_cache(maxsize=KEPT)
def _shelf(etag: str, host: str) -> dict[str, Any]:
    """Return the place of one rendered list: a strong ETag names its bytes, so they are made once. Links name the host."""
    return {}


def _keep(request: Request, response: Response) -> None:
    headers = {name: response[name] for name in ("Content-Type", "ETag", "Last-Modified", "Link") if name in response}
    _shelf(response["ETag"], request.get_host()).update(body=response.content, headers=headers)


def marks(request: Request, revision: Revision) -> dict[str, str]:
    """Return the headers that tell one state of a list from another."""
    return {"ETag": tag(request, revision)} | modified(revision.at)


def modified(at: datetime | None) -> dict[str, str]:
    return {"Last-Modified": http_date(at.timestamp())} if at else {}


def _settled(request: Request, response: HttpResponse) -> HttpResponse:
    """Return the response with an ETag, or in its place the answer that a conditional request gets."""
    if isinstance(response, Response):
        response.render()
        if response.has_header("ETag"):
            _keep(request, response)
    if not response.has_header("ETag"):
        set_response_etag(response)
    given = {name: response[name] for name in ("ETag", "Last-Modified") if response.has_header(name)}
    answer: Any = get_conditional_response(
        _plain(request), etag=given["ETag"], last_modified=_moment(given.get("Last-Modified")), response=response
    )
    return response if answer is response else _marked(request, answer, given)


def _marked(request: Request, answer: HttpResponse, given: Mapping[str, str]) -> HttpResponse:
    if answer.status_code == 412:
        return problem_response(request, 412, "precondition_failed", PROBLEMS["precondition_failed"].meaning)
    for name, value in given.items():
        answer[name] = value
    return answer


def _moment(stamp: str | None) -> int | None:
    return parse_http_date(stamp) if stamp else None


def _plain(request: Request) -> HttpRequest:
    return request._request
