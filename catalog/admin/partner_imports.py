"""What partners sent in bulk: whose, how far it is, and what came of it."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from catalog.admin.numbers import number
from catalog.admin.readonly import LookOnly
from catalog.models import PartnerImport

LABELS = {
    "CREATED": "info",
    "RUNNING": "info",
    "COMPLETED": "success",
    "FAILED": "danger",
    "CANCELLED": "warning",
    "EXPIRED": "",
}
STATES = {
    "CREATED": _("waits for its turn"),
    "RUNNING": _("at work"),
    "COMPLETED": _("done"),
    "FAILED": _("failed"),
    "CANCELLED": _("called off"),
    "EXPIRED": _("results let go"),
}


@admin.register(PartnerImport)
class PartnerImportAdmin(LookOnly, ModelAdmin):
    list_display = ("uid", "partner", "state_now", "for_trying_out", "created_at", "how_far", "line_count", "taken")
    list_filter = (
        ("partner", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        "test",
        "dry_run",
        ("created_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_select_related = ("partner",)
    list_per_page = 50
    search_fields = ("uid", "digest")
    ordering = ("-created_at", "-pk")
    fieldsets = (
        (None, {"fields": (("uid", "state_told"), ("partner", "key"), ("test", "dry_run", "form"), "problem")}),
        (_("File"), {"fields": ("size", "digest", "how_far", "last_line")}),
        (_("Times"), {"fields": (("created_at", "started_at", "ended_at"),)}),
        (_("Lines"), {"fields": ("line_count", ("added", "updated", "unchanged"), ("not_found", "rejected"))}),
    )

    @display(description=_("state"), label=LABELS, ordering="state")
    def state_now(self, obj: PartnerImport) -> tuple[str, Any]:
        return obj.state, STATES[obj.state]

    @display(description=_("state"))
    def state_told(self, obj: PartnerImport) -> str:
        return str(STATES[obj.state])

    @display(description=_("for trying out"), boolean=True)
    def for_trying_out(self, obj: PartnerImport) -> bool:
        return obj.test or obj.dry_run

    @display(description=_("read"))
    def how_far(self, obj: PartnerImport) -> str:
        return f"{obj.offset * 100 // obj.size if obj.size else 100} %"

    @display(description=_("lines"), ordering="lines")
    def line_count(self, obj: PartnerImport) -> str:
        return number(obj.lines)

    @display(description=_("added or updated"))
    def taken(self, obj: PartnerImport) -> str:
        return number(obj.added + obj.updated)
