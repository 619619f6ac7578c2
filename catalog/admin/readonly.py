"""Pages of the admin that are for looking."""

from typing import Any

from django.http import HttpRequest


class LookOnly:
    """Rows that services write: nobody adds, changes or deletes them here, superusers included."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
