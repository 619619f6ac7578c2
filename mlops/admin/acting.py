"""Doing what a page asks for: proof of who acts, one call of a service, and a refusal that keeps what was typed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from mlops.admin import drafts
from mlops.admin.proof import require_fresh
from mlops.errors import MlopsError

Done = tuple[str, str]  # what is said, and where to go on
Act = Callable[[dict[str, Any]], Done]
REFUSED = 409


def attempt(request: HttpRequest, form: Any, act: Act, *, proof: bool) -> HttpResponse | None:
    """Do it and go on, or return None: then the form says why not, and its page is shown again.

    proof: whether it needs to be known that it is still the same person who sits there.
    """
    if not form.is_valid():
        return None
    away = require_fresh(request) if proof else None
    if away is not None:
        drafts.keep(request, request.path, form)
        return away
    try:
        said, onward = act(form.cleaned_data)
    except MlopsError as refusal:
        form.add_error(None, sentence(refusal))
        form.refused = True
        return None
    drafts.forget(request, request.path)
    messages.success(request, said)
    return HttpResponseRedirect(onward)


def status(form: Any) -> int:
    """Return the HTTP status of a page that shows a form: refused, or merely looked at or not filled in."""
    return REFUSED if getattr(form, "refused", False) else 200


def sentence(refusal: object) -> str:
    """Return a refusal as a sentence that begins a line; the name of a field stays as it is written."""
    words = str(refusal)
    return words if words.partition(" ")[0].endswith(":") else words[:1].upper() + words[1:]
