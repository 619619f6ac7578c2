"""Which version of the API's behaviour a request gets, and what it is told of operations that are about to go."""

from django.utils import timezone
from django.utils.http import http_date
from rest_framework.request import Request

from catalog.api.errors import Refused
from catalog.models import PartnerKey
from catalog.versions import NEWEST, VERSIONS, Deprecation

HEADER = "Retromovies-Version"


def of(request: Request) -> str:
    """Return the version that a request asks for, else its key's, else the newest. Raises Refused for an unknown one."""
    given = request.headers.get(HEADER)
    if given is not None and given not in VERSIONS:
        raise Refused(
            "unknown_version", f"{HEADER} is one of {', '.join(VERSIONS)}; without it that of your key holds."
        )
    key = request.auth
    return given or (isinstance(key, PartnerKey) and key.version) or NEWEST


def check(request: Request, deprecation: Deprecation | None) -> None:
    """Refuse what is no version, and what is gone, or away for a while because it will be."""
    of(request)
    if deprecation and deprecation.is_out(timezone.now()):
        raise Refused(
            "brownout", f"This goes on {deprecation.sunset:%-d %B %Y}; {deprecation.docs} says what to use instead."
        )


def headers(request: Request, deprecation: Deprecation | None) -> dict[str, str]:
    """Return the version that answered, and when the operation goes (RFC 9745, RFC 8594)."""
    try:
        found = {HEADER: of(request)}
    except Refused:
        found = {HEADER: NEWEST}
    if deprecation:
        found["Deprecation"] = f"@{int(deprecation.at.timestamp())}"
        found["Sunset"] = http_date(deprecation.sunset.timestamp())
        found["Link"] = f'<{deprecation.docs}>; rel="deprecation", <{deprecation.docs}>; rel="sunset"'
    return found
