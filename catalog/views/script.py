"""The script that checks an edition with nothing but Python, handed out as it lies in docs/."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def verify_script(request: HttpRequest) -> HttpResponse:
    """The script as text, to be read before it is run."""
    return HttpResponse(text(), content_type="text/plain; charset=utf-8")


@lru_cache(maxsize=1)
def text() -> str:
    """Return the script, read once."""
    return str((settings.BASE_DIR / "docs" / "verify_edition.py").read_text(encoding="utf-8"))
