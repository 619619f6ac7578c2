"""What is made of something that can be told apart cheaply is not made again for who has it already."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response


def unless_known(
    request: HttpRequest, made_of: object, make: Callable[[], HttpResponse], *, lasts: int = 0
) -> HttpResponseBase:
    """Return 304 when the visitor holds what is made of this, or make it. lasts: seconds in which nobody need ask again."""
    mark = f'"{hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]}"'
    answer: HttpResponseBase = get_conditional_response(request, etag=mark) or make()
    if answer.status_code in (200, 304):
        answer["ETag"] = mark
        answer["Cache-Control"] = f"public, max-age={lasts}" if lasts else "public, no-cache"
    return answer
