"""What was typed for an act before its author had to prove again who they are: kept in the session until it is done."""

from typing import Any

from django.http import HttpRequest

_KEPT = "mlops-drafts"
MOST = 5  # acts


def keep(request: HttpRequest, act: str, form: Any) -> None:
    """Keep what was typed for an act (its address); of the oldest acts nothing is kept any more."""
    typed = {name: form.data.get(name, "") for name in form.fields}
    others = [(name, kept) for name, kept in request.session.get(_KEPT, {}).items() if name != act]
    request.session[_KEPT] = {**dict(others[-(MOST - 1) :]), act: typed}


def kept(request: HttpRequest, act: str) -> dict[str, str]:
    """Return what was typed for an act that was not done yet; the verdict is given anew."""
    typed = request.session.get(_KEPT, {}).get(act, {})
    return {name: str(text) for name, text in typed.items() if name != "verdict"}


def forget(request: HttpRequest, act: str) -> None:
    """Forget what was typed for an act that is done."""
    found = request.session.get(_KEPT, {})
    if act in found:
        request.session[_KEPT] = {name: typed for name, typed in found.items() if name != act}
