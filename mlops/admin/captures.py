"""What the database itself noted of governed rows: each change before and after, and the event that answers for it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from mlops.admin import addresses, strays
from mlops.admin.blocks import Act, Cell, Facts, Section, Shown
from mlops.admin.captured import MARKS, differences, in_words, listed, sealed_by, summary
from mlops.admin.paged import Paged, View
from mlops.models import Capture
from mlops.models.captures import CaptureQuerySet
from mlops.triggers.governed import governed

OTHERS = 50  # changes of the same row that a page lists


class Sealed(DropdownFilter):
    title = _("answered for")
    parameter_name = "sealed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("by no event yet")), ("yes", _("by an event"))]

    def queryset(self, request: HttpRequest, queryset: CaptureQuerySet) -> QuerySet[Capture]:
        if self.value() == "no":
            return queryset.unsealed()
        return queryset.filter(seal__isnull=False) if self.value() == "yes" else queryset


class Table(DropdownFilter):
    title = _("table")
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(table, table) for table in sorted(one.table for one in governed())]

    def queryset(self, request: HttpRequest, queryset: CaptureQuerySet) -> QuerySet[Capture]:
        return queryset.filter(of=self.value()) if self.value() else queryset


@admin.register(Capture)
class CaptureAdmin(Paged):
    list_display = ("number", "change", "table", "row", "what", "answered_by")
    list_filter = (Sealed, Table, ("op", ChoicesDropdownFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=row",)
    search_help_text = _("The key of a row, whole")
    ordering = ("-pk",)
    actions_list = ("strays",)

    @display(description=_("number"), ordering="pk")
    def number(self, obj: Capture) -> str:
        return gettext("change %(pk)s") % {"pk": obj.pk}

    @display(description=_("change"), ordering="op", label={"I": "success", "U": "info", "D": "danger"})
    def change(self, obj: Capture) -> tuple[str, Any]:
        return obj.op, in_words(obj.op)

    @display(description=_("table"), ordering="of")
    def table(self, obj: Capture) -> str:
        return obj.of

    @display(description=_("what changed"))
    def what(self, obj: Capture) -> str:
        return summary(obj)

    @display(description=_("answered for by"))
    def answered_by(self, obj: Capture) -> str:
        return gettext("event %(seq)s") % {"seq": obj.seal} if obj.seal else gettext("nothing yet")

    @action(description=_("Changed by nobody known"), permissions=["view"], icon="person_alert", url_path="strays")
    def strays(self, request: HttpRequest) -> HttpResponse:
        return strays.page(self, request)

    def views(self) -> Sequence[tuple[str, str, View]]:
        return (("strays/<int:seq>/account/", "account", partial(strays.account, self)),)

    def row_page(self, request: HttpRequest, row: Capture) -> HttpResponse:
        facts: list[tuple[str, Shown]] = [
            (gettext("Table"), Cell(row.of, code=True)),
            (gettext("Row"), Cell(row.row, code=True)),
            (gettext("Change"), Cell(in_words(row.op), mark=MARKS.get(row.op, ""))),
            (gettext("Answered for by"), sealed_by(request, row)),
        ]
        others = Capture.objects.filter(of=row.of, row=row.row).exclude(pk=row.pk).order_by("-pk")[:OTHERS]
        sections = [
            Section(gettext("What the database noted"), [Facts(facts), differences(row)]),
            Section(gettext("Other changes of this row"), [listed(request, others, gettext("Newest first"))]),
        ]
        lead = gettext("Written by the database in the transaction of the change, by whatever way it was made.")
        acts = []
        if row.seal and request.user.has_perm("mlops.view_auditevent"):
            acts = [Act(gettext("The event that answers for it"), addresses.row("auditevent", row.seal))]
        return self.page(request, gettext("Change %(pk)s") % {"pk": row.pk}, sections, lead=lead, acts=acts)
