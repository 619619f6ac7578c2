"""`Idempotency-Key`: a POST that changes something is done once, however often it is sent."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.authentication import key_of
from catalog.api.errors import Refused
from catalog.api.rendering import rendered
from catalog.services import idempotency, sealing
from catalog.services.idempotency import Answer

HEADER = "Idempotency-Key"
MOST = 255
SHAPE = re.compile(rf"[\x21-\x7e]{{1,{MOST}}}")
KEPT = ("Location", "ETag")  # headers that belong to the answer
JSON = "application/json"


def once(
    request: Request, act: Callable[[], Response], *, digest: str | None = None, secret: bool = False
) -> HttpResponse:
    """Return what act answers, or answered before under the same key; its work and its answer are one transaction.

    digest: SHA-256 of the body, where it was read as a stream. Call it when all that was sent is checked: a refusal before
    leaves no trace. secret: the answer holds one, and is kept so that only we can read it. Raises Refused.
    """
    key = key_of(request)
    digest = digest or hashlib.sha256(request._request.body).hexdigest()
    call, before = idempotency.claim(
        partner=key.partner,
        test=key.test,
        key=_key(request),
        fingerprint=_fingerprint(request, digest),
        at=timezone.now(),
    )
    if before is not None:
        known = replace(before, body=sealing.unseal(before.body)) if secret else before
        return _answer(known, {"Idempotent-Replayed": "true"})
    try:
        with transaction.atomic():
            response = act()
            headers = {name: response[name] for name in KEPT if name in response}
            answer = Answer(response.status_code, headers, rendered(response.data).decode())
            kept = replace(answer, body=sealing.seal(answer.body)) if secret else answer
            idempotency.settle(call=call, answer=kept, at=timezone.now())
    except BaseException:
        idempotency.release(call=call)
        raise
    return _answer(answer, {})


def check(request: Request) -> None:
    """Raise Refused for a request without a usable key, before its body is read."""
    _key(request)


def _answer(answer: Answer, more: dict[str, str]) -> HttpResponse:
    return HttpResponse(answer.body, JSON, answer.status, headers={**answer.headers, **more})


def _key(request: Request) -> str:
    given = request.headers.get(HEADER)
    if given is None:
        raise Refused(
            "idempotency_key_missing", f"Send {HEADER} with a fresh random text, and the same when you repeat."
        )
    if not SHAPE.fullmatch(given):
        raise Refused("bad_request", f"{HEADER} holds 1 to {MOST} visible ASCII characters without spaces.")
    return given


def _fingerprint(request: Request, digest: str) -> str:
    whole = f"{request.method}\n{request.get_full_path()}\n{request.content_type}\n{digest}"
    return hashlib.sha256(whole.encode()).hexdigest()
