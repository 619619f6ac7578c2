"""The audit log: who decided what, when and why, and whether the chain holds."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display

from mlops.admin import audit_page, audit_state, verdict
from mlops.admin.actors import names, who
from mlops.admin.paged import Paged
from mlops.models import AuditEvent
from mlops.ports import SYSTEM

RECENT = 2000  # events that the filter by action takes its choices from


class ByWhom(DropdownFilter):
    title = _("by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("people", _("people")), ("system", _("the system"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        system = {"body__contains": f'"actor":"{SYSTEM.subject_id}"'}
        if self.value() == "people":
            return queryset.exclude(**system)
        return queryset.filter(**system) if self.value() == "system" else queryset


class ByAction(DropdownFilter):
    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        recent = AuditEvent.objects.order_by("-seq")[:RECENT]
        return [(found, found) for found in sorted({event.action for event in recent})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        value = self.value()
        return queryset.filter(body__contains=f'"action":{json.dumps(value)}') if value else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(Paged):
    list_display = ("seq", "when", "actor_name", "what", "about", "why", "sealed")
    list_filter = (ByWhom, ByAction)
    list_per_page = 50
    list_before_template = "admin/mlops/_audit_state.html"
    show_full_result_count = False
    search_fields = ("body",)
    search_help_text = _("A word of the action, object, reason or details; a person by whole subject id")
    ordering = ("-seq",)
    actions_list = ("verify_log",)
    actions_detail = ("verify_log_from_event",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "state": audit_state.state(request)})

    def row_page(self, request: HttpRequest, row: AuditEvent) -> HttpResponse:
        return audit_page.page(self, request, row)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the exact text, which writes letters beyond ASCII as escapes."""
        for word in search_term.split()[:10]:
            queryset = queryset.filter(body__icontains=json.dumps(word)[1:-1])
        return queryset, False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        page = super().get_changelist_instance(request)
        _name(page.result_list)
        return page

    @display(description=_("when (UTC)"), ordering="seq")
    def when(self, obj: AuditEvent) -> str:
        try:
            return datetime.fromisoformat(obj.at).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        except ValueError:
            return obj.at

    @display(description=_("who"))
    def actor_name(self, obj: Any) -> str:
        return str(obj.actor_in_words)

    @display(description=_("action"))
    def what(self, obj: AuditEvent) -> str:
        return obj.action

    @display(description=_("object"))
    def about(self, obj: AuditEvent) -> str:
        return obj.object

    @display(description=_("reason"))
    def why(self, obj: AuditEvent) -> str:
        return obj.reason or "—"

    @display(description=_("sealed"))
    def sealed(self, obj: AuditEvent) -> str:
        return audit_page.sealed_in_words(obj) or "—"

    @action(description=_("Verify the log"), permissions=["view"], icon="verified", url_path="verify")
    def verify_log(self, request: HttpRequest) -> HttpResponse:
        """Recompute the whole chain and say what was found."""
        verdict.tell(request)
        return HttpResponseRedirect(reverse("admin:mlops_auditevent_changelist"))

    @action(description=_("Verify the log"), permissions=["view"], icon="verified", url_path="verify-log")
    def verify_log_from_event(self, request: HttpRequest, object_id: str) -> HttpResponse:
        verdict.tell(request)
        return HttpResponseRedirect(reverse("admin:mlops_auditevent_change", args=[object_id]))


def _name(events: Iterable[Any]) -> None:
    """Put the actor's name onto each event, by one statement for all."""
    rows = list(events)
    known = names(event.actor for event in rows)
    for event in rows:
        event.actor_in_words = who(event.actor, known)
