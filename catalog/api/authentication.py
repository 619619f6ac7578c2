"""Who calls: a partner key in the Authorization header, never in the address."""

import re
from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from catalog.api.calls import address_of
from catalog.api.errors import Refused, bad_parameter
from catalog.errors import KeyRefused
from catalog.models import Partner, PartnerKey
from catalog.services import partners

KEY_NAMES = {"key", "api_key", "apikey", "token", "access_token", "authorization"}
LIKE_A_KEY = re.compile(r"rmk_\w{16,}", re.ASCII)
SHAPE = "Authorization: Bearer rmk_live_…"


class PartnerKeyAuthentication(BaseAuthentication):
    """request.user is the partner, request.auth the key."""

    def authenticate(self, request: Request) -> tuple[Partner, PartnerKey] | None:
        refuse_key_in_address(request)
        header = get_authorization_header(request).decode("latin-1")
        if not header:
            return None
        scheme, _, plain = header.partition(" ")
        if scheme.lower() != "bearer" or not plain.strip():
            raise AuthenticationFailed(f"The header must read «{SHAPE}».")
        try:
            key = partners.authenticate(plain.strip(), timezone.now(), address_of(request._request))
        except KeyRefused as error:
            raise AuthenticationFailed(str(error)) from error
        return key.partner, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Retromovies API"'


def refuse_key_in_address(request: Request) -> None:
    """Raise Refused when a key, or what looks like one, is in the query."""
    for name, value in request.query_params.items():
        if name.lower() in KEY_NAMES or LIKE_A_KEY.search(str(value)):
            raise _in_address(name)


def _in_address(name: str) -> Refused:
    return bad_parameter(name, f"A key is sent as «{SHAPE}», never in the address.", "key_in_address")


def whose(request: Request) -> tuple[int, bool] | None:
    """Return whose an answer is: a partner's, and of its tries or not; None when everybody's."""
    key = request.auth
    return (key.partner_id, key.test) if isinstance(key, PartnerKey) else None


def key_of(request: Request) -> PartnerKey:
    """Return the key of an authenticated request."""
    key: Any = request.auth
    assert isinstance(key, PartnerKey)
    return key
