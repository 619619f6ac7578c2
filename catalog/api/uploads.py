"""A file as the body of a request: taken from the wire piece by piece, so that memory holds one of them."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from catalog.api.errors import Refused

NDJSON, CSV = "application/x-ndjson", "text/csv"
KINDS = (NDJSON, CSV)
PIECE = 2**18


class Unread(BaseParser):
    """Leaves the body where it is: the view takes it as it comes."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return {}


def kind(request: Request) -> str:
    """Return the media type of a body of rows. Raises Refused."""
    given, _, parameters = (request._request.META.get("CONTENT_TYPE") or "").partition(";")
    name = given.strip().lower()
    if name not in KINDS or parameters.strip().lower().replace('"', "") not in ("", "charset=utf-8"):
        raise Refused("media_type", f"Send {NDJSON} or {CSV}, in UTF-8.")
    return name


def check_length(request: Request) -> None:
    """Raise Refused, or ParseError, for a body that says itself that it is too large, or that there is none."""
    length, most = _length(request), settings.IMPORT_MOST_BYTES
    if length is not None and length > most:
        raise Refused("too_large", f"A file holds at most {most:,} bytes: send it in parts.")
    if length == 0 or (length is None and not _ends_itself(request)):
        raise ParseError("There is no body: send a file of ratings.")


def pieces(request: Request) -> Iterator[bytes]:
    """Yield the body. Raises ParseError when it ends too early, Refused when it is not there within UPLOAD_SECONDS."""
    plain, length, came, until = request._request, _length(request), 0, time.monotonic() + settings.UPLOAD_SECONDS
    stream = plain if length is not None else plain.META["wsgi.input"]
    if not connection.in_atomic_block:
        connection.close()  # others have use for it while the body comes; it is opened again when it is needed
    try:
        while piece := _piece(stream.read, until - time.monotonic()):
            came += len(piece)
            yield piece
    except TimeoutError as error:
        raise Refused("too_slow", f"The file was not here after {settings.UPLOAD_SECONDS} seconds.") from error
    except (UnreadablePostError, OSError) as error:
        raise ParseError("The body broke off.") from error
    if came == 0 or came != (length or came):
        raise ParseError("The body broke off." if came else "There is no body.")


def _piece(read: Callable[[int], bytes], seconds: float) -> bytes:
    """Return the next piece, however it comes in. Raises TimeoutError.

    The server's read returns with a whole piece, and nothing breaks it off: a thread of its own waits in it, holds nothing
    but the connection, and ends with that.
    """
    come: Future[bytes] = Future()
    Thread(target=_fetch, args=(come, read), daemon=True).start()
    return come.result(max(seconds, 0))


def _fetch(come: Future[bytes], read: Callable[[int], bytes]) -> None:
    try:
        come.set_result(read(PIECE))
    except Exception as error:
        come.set_exception(error)


def _length(request: Request) -> int | None:
    given = request._request.META.get("CONTENT_LENGTH") or ""
    return int(given) if given.isascii() and given.isdigit() else None


def _ends_itself(request: Request) -> bool:
    """Say whether a body without a length is one that the server reads to its end (Transfer-Encoding: chunked)."""
    return bool(request._request.META.get("wsgi.input_terminated"))
