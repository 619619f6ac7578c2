"""What a key may do: every view names the scope it asks for."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from catalog.api.errors import Refused
from catalog.models import PartnerKey


class HasScope(BasePermission):
    """Let a key in that has the view's scope; a view that names none lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = str(getattr(view, "scope", ""))
        if not isinstance(request.auth, PartnerKey) or not scope:
            return False
        if scope not in request.auth.scopes:
            raise Refused(
                "scope_missing",
                f"This address asks for the scope {scope}; the key has {', '.join(request.auth.scopes) or 'none'}.",
                headers={
                    "WWW-Authenticate": f'Bearer realm="Retromovies API", error="insufficient_scope", scope="{scope}"'
                },
            )
        return True
