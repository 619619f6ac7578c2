"""Licences: where and when a film may be shown."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import action, display

from catalog.admin import licences_import, rights_desk
from catalog.admin.history import Remembered
from catalog.admin.reasons import Reasoned, ReasonForm
from catalog.models import Licence
from catalog.models.licences import LicenceQuerySet
from catalog.territories import day_at

SOON = timedelta(days=30)


def clean_window(form: Any) -> dict[str, Any]:
    """Refuse a last day before the first, in words: the constraint below would only name itself."""
    cleaned = form.cleaned_data
    first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
    if first and last and last < first:
        form.add_error("ends_on", gettext("The last day is before the first: correct one of the two."))
    return cleaned


class WindowForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        super().clean()
        return clean_window(self)


class LicenceForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "movie" in self.fields:
            self.fields["movie"].label = _("Film")

    def clean(self) -> dict[str, Any]:
        super().clean()
        return clean_window(self)


class LicenceInline(TabularInline):
    model = Licence
    form = WindowForm
    fields = ("territory", "starts_on", "ends_on")
    ordering = ("territory", "starts_on")
    extra = 0
    hide_title = True


class Window(DropdownFilter):
    """Where today falls in a licence's days."""

    title = _("window")
    parameter_name = "window"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("now", _("in force today")),
            ("soon", _("ends within 30 days")),
            ("coming", _("has not begun")),
            ("over", _("is over")),
        ]

    def queryset(self, request: HttpRequest, queryset: LicenceQuerySet) -> QuerySet[Licence]:
        now = timezone.now()
        if self.value() == "now":
            return queryset.in_force(now)
        if self.value() == "soon":
            return queryset.ending(now, SOON)
        if self.value() == "coming":
            return queryset.coming(now)
        return queryset.over(now) if self.value() == "over" else queryset


@admin.register(Licence)
class LicenceAdmin(Reasoned, Remembered):
    form = LicenceForm
    actions_list = ("calendar", "clashes", "by_csv")
    may_revert = True
    list_display = ("film", "territory", "starts_on", "ends_on", "state")
    list_filter = (
        ("territory", ChoicesDropdownFilter),
        Window,
        ("starts_on", RangeDateFilter),
        ("ends_on", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("movie",)
    list_per_page = 50
    autocomplete_fields = ("movie",)
    search_fields = ("movie__search_title",)
    search_help_text = _("Film title")
    ordering = ("ends_on", "pk")
    readonly_fields = ("source",)
    fieldsets = ((None, {"fields": ("movie", "territory", ("starts_on", "ends_on"), "source", "reason")}),)

    @action(description=_("Calendar"), permissions=["view"], icon="calendar_month", url_path="calendar")
    def calendar(self, request: HttpRequest) -> HttpResponse:
        return rights_desk.calendar(self, request)

    @action(description=_("Gaps and overlaps"), permissions=["view"], icon="join_inner", url_path="clashes")
    def clashes(self, request: HttpRequest) -> HttpResponse:
        return rights_desk.clashes(self, request)

    @action(description=_("Import by CSV"), permissions=["add", "change"], icon="upload", url_path="by-csv")
    def by_csv(self, request: HttpRequest) -> HttpResponse:
        return licences_import.page(self, request)

    @display(description=_("film"), ordering="movie__sort_title")
    def film(self, obj: Licence) -> str:
        return str(obj.movie)

    @display(
        description=_("today"),
        label={"in force": "success", "ends soon": "warning", "not yet": "info", "over": "danger"},
    )
    def state(self, obj: Licence) -> tuple[str, Any]:
        today = day_at(obj.territory, timezone.now())
        if obj.starts_on > today:
            return "not yet", _("not yet")
        if obj.ends_on < today:
            return "over", _("over")
        return ("ends soon", _("ends soon")) if obj.ends_on <= today + SOON else ("in force", _("in force"))
