"""Pages made for one visitor: no shared cache may keep them; and the way to the door for who is not signed in."""

from typing import TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

Answer = TypeVar("Answer", bound=HttpResponseBase)


def private(response: Answer) -> Answer:
    """Mark a response as one visitor's own, to be asked for anew each time."""
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Cookie"])
    return response


def to_login(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to the sign-in page and from there back to an address; a fragment leads the whole page there."""
    answer = redirect_to_login(address)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    return answer
