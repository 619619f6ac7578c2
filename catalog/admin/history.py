"""The history page of every governed row: who, when, why, and what was before and after."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin

from catalog.admin import diffs
from catalog.admin.who import names, short, who


class Remembered(SimpleHistoryAdmin, ModelAdmin):
    """An admin page with a readable history. may_revert: an earlier state may be put back, with a reason."""

    object_history_template = "admin/history.html"
    object_history_form_template = "admin/put_back.html"
    history_list_per_page = 50
    may_revert = False
    shows_names = True  # not for ratings: what somebody rated is nobody's business here

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Sequence[Any], foreign_keys_are_objs: bool = True
    ) -> None:
        """Put onto each row of the page what the template shows."""
        diffs.attach(historical_records)
        known = names(record.history_user_id for record in historical_records) if self.shows_names else {}
        for record in historical_records:
            hidden = record.history_user_id and not self.shows_names
            record.who = short(record.history_user_id) if hidden else who(record.history_user_id, known)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (self.may_revert and self.has_change_permission(request, obj))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._check_number(object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # The library asks for permission to view alone, and would take the form of anybody who may look.
        if self.revert_disabled(request):
            raise PermissionDenied
        self._check_number(object_id)
        self._check_number(version_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def _check_number(self, text: str) -> None:
        """Refuse an address that names no row: the library would ask the database for it all the same."""
        if not (text.isascii() and text.isdigit()):
            raise Http404
