"""Walking a list: opaque signed cursors, and the body {data, has_more, next_cursor}."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import params
from catalog.api.authentication import whose
from catalog.api.errors import Refused

T = TypeVar("T")
STALE = "cursor is not one of ours for this query: use next_cursor as it was given with the same parameters, or start again."


@dataclass(frozen=True)
class Walk:
    """Where a walk stands. edition: the one it follows, if it follows one; after: the place of the last item, or nothing."""

    limit: int
    edition: int | None = None
    after: Any = None


def walk(request: Request, asked: dict[str, Any]) -> Walk:
    """Return where the request continues. Raises Refused for a cursor that is not ours or of another query."""
    limit, text = asked.get("limit", params.LIMIT), asked.get("cursor")
    if text is None:
        return Walk(limit)
    try:
        query, edition, after = _signer().unsign_object(text)
    except BadSignature as error:
        raise _unknown() from error
    if query != _query(request):
        raise _unknown()
    return Walk(limit, edition, after)


def _unknown() -> Refused:
    return Refused("unknown_cursor", STALE, [{"parameter": "cursor", "code": "unknown_cursor", "detail": STALE}])


@dataclass(frozen=True)
class Page:
    """One page, as the body says it; link is the header of the next one."""

    data: Sequence[Any]
    next_cursor: str | None
    link: str = ""

    @property
    def has_more(self) -> bool:
        return self.next_cursor is not None


def page(
    request: Request, here: Walk, found: Sequence[T], place: Callable[[T], Any], edition: int | None = None
) -> Page:
    """Return a page of the items found, one more than the limit when there are more.

    place: what a cursor needs to continue after an item, in types that JSON knows; edition: the one the walk follows.
    """
    data = found[: here.limit]
    if len(found) <= here.limit:
        return Page(data, None)
    cursor = cursor_of(request, place(data[-1]), edition)
    return Page(data, cursor, link_to(request, cursor))


def cursor_of(request: Request, place: Any, edition: int | None = None) -> str:
    """Return the cursor that continues after a place, with the parameters of this request."""
    return _signer().sign_object([_query(request), edition, place])


def link_to(request: Request, cursor: str) -> str:
    """Return the header Link of what follows."""
    query = urlencode({**request.query_params.dict(), "cursor": cursor})
    return f'<{request.build_absolute_uri(request.path)}?{query}>; rel="next"'


def listed(page: Page, shape: Callable[[Any], Any], headers: dict[str, str], **more: Any) -> Response:
    """Return the page, each item in this shape, with what else the list says of itself.

    Written out and not through the serializer that describes it: tests hold what is sent against the schema.
    """
    data = [shape(item) for item in page.data]
    body = {**more, "data": data, "has_more": page.has_more, "next_cursor": page.next_cursor}
    if page.link:
        headers = {**headers, "Link": page.link}
    return Response(body, headers=headers)


def _signer() -> Signer:
    """Signed, so that what comes back is what we gave: no forged place reaches the database."""
    return Signer(salt="catalog.api.cursor", sep=".")


def _query(request: Request) -> str:
    """Return a short digest of the partner, the address and its parameters other than limit and cursor."""
    kept = sorted((name, value) for name, value in request.query_params.items() if name not in {"limit", "cursor"})
    return hashlib.sha256(repr((whose(request), request.path, kept)).encode()).hexdigest()[:16]
