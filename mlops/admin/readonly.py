"""Pages of the admin that are for looking."""

from typing import Any

from django.http import HttpRequest, HttpResponse


class LookOnly:
    """Governed rows: services write them; nobody adds, changes or deletes them here, superusers included."""

    actions: Any = None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Leave out the button to the admin's own log, which has nothing on rows that nobody changes here."""
        extra = {"show_history": False, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
