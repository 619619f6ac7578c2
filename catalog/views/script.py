"""The scripts that check an edition and the audit log with nothing but Python, handed out as they lie in docs/."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def verify_script(request: HttpRequest) -> HttpResponse:
    """The script as text, to be read before it is run."""
    return HttpResponse(text(), content_type="text/plain; charset=utf-8")


@lru_cache(maxsize=2)
def text(name: str = "verify_edition.py") -> str:
    """Return a script, read once."""
    return str((settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8"))
