"""How partners use their keys: the days' counts, and single calls by the id that their answers bear."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog.admin.numbers import number
from catalog.admin.readonly import LookOnly
from catalog.models import ApiCall, Usage

__all__ = ["ApiCallAdmin", "UsageAdmin"]


def _kind(status: int) -> str:
    return "fine" if status < 400 else "refused" if status < 500 else "broken"


STATUS = {"fine": "success", "refused": "warning", "broken": "danger"}


@admin.register(ApiCall)
class ApiCallAdmin(LookOnly, ModelAdmin):
    """Calls of the last weeks. A request_id in the search box finds the one that a partner asks about."""

    list_display = ("at", "partner", "method", "path", "outcome", "code", "took_ms", "request_id")
    list_filter = (("key__partner", RelatedDropdownFilter), ("at", RangeDateTimeFilter))
    list_filter_submit = True
    list_select_related = ("key__partner",)
    list_per_page = 50
    search_fields = ("request_id",)
    search_help_text = _("The request_id of an answer")
    ordering = ("-at", "-pk")
    show_full_result_count = False
    fields = (("request_id", "at"), ("key", "address"), ("method", "path"), ("operation", "status", "code"), "took_ms")

    @display(description=_("partner"))
    def partner(self, obj: ApiCall) -> str:
        return str(obj.key.partner) if obj.key else "–"

    @display(description=_("status"), label=STATUS)
    def outcome(self, obj: ApiCall) -> tuple[str, str]:
        return _kind(obj.status), str(obj.status)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[ApiCall], search_term: str) -> Any:
        """Look for the whole id alone: an index finds that, and nobody remembers a part of it."""
        term = search_term.strip().lower()
        return (queryset.filter(request_id=term) if term else queryset), False


@admin.register(Usage)
class UsageAdmin(LookOnly, ModelAdmin):
    """Calls a day, by key, operation and status."""

    list_display = ("day", "partner", "key", "operation", "outcome", "calls_made")
    list_filter = (("key__partner", RelatedDropdownFilter), ("day", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("key__partner",)
    list_per_page = 100
    ordering = ("-day", "key", "operation", "status")
    fields = (("day", "key"), ("operation", "status"), "calls")

    @display(description=_("partner"))
    def partner(self, obj: Usage) -> str:
        return str(obj.key.partner)

    @display(description=_("status"), label=STATUS)
    def outcome(self, obj: Usage) -> tuple[str, str]:
        return _kind(obj.status), str(obj.status)

    @display(description=_("calls"), ordering="calls")
    def calls_made(self, obj: Usage) -> str:
        return number(obj.calls)
