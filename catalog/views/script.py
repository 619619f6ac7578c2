"""The scripts that check an edition and the audit log, and that tour the API, handed out as they lie in docs/."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def handed_out(request: HttpRequest, name: str) -> HttpResponse:
    """A script as text, to be read before it is run."""
    return HttpResponse(text(name), content_type="text/plain; charset=utf-8")


@cache
def text(name: str) -> str:
    """Return a script, read once."""
    return str((settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8"))
