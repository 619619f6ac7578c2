"""What a key may do: every view names the scope it asks for."""

from typing import Any, Literal

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from catalog.api.errors import Refused
from catalog.models import PartnerKey

ANY: Literal["any"] = "any"  # the scope that every key has


class HasScope(BasePermission):
    """Let a key in that has the view's scope; a view that names none lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = str(getattr(view, "scope", ""))
        if request.method not in SAFE_METHODS:
            scope = str(getattr(view, "write_scope", None) or scope)
        if not isinstance(request.auth, PartnerKey) or not scope:
            return False
        if scope != ANY and not request.auth.may(scope):
            raise scope_missing(scope, request.auth)
        return True


def scope_missing(scope: str, key: PartnerKey) -> Refused:
    """Return the refusal of a key that lacks a scope."""
    challenge = f'Bearer realm="Retromovies API", error="insufficient_scope", scope="{scope}"'
    return Refused(
        "scope_missing",
        f"This asks for the scope {scope}; the key has {', '.join(key.scopes) or 'none'}.",
        headers={"WWW-Authenticate": challenge},
    )
