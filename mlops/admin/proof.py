"""Whether it is known who sits there: asked of the site, which alone knows how people show who they are."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string


def require_fresh(request: HttpRequest) -> HttpResponse | None:
    """Return None when the person has shown who they are lately enough, else the way to do so and back to this address.

    MLOPS_FRESH_PROOF names the site's own function(request) for it; where nothing is named, nothing is asked.
    """
    named = getattr(settings, "MLOPS_FRESH_PROOF", "")
    found: HttpResponse | None = import_string(named)(request) if named else None
    return found
