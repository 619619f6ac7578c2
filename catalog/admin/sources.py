"""Sources and imports: where data came from, on which terms, and what each load found."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from catalog.admin import reports
from catalog.admin.history import Remembered
from catalog.admin.readonly import LookOnly
from catalog.models import DataImport, Source


@admin.register(Source)
class SourceAdmin(LookOnly, Remembered):
    list_display = ("title", "licence_name", "permitted_use", "origin")
    search_fields = ("title", "key")
    ordering = ("title", "pk")
    fields = ("title", "key", "licence_name", "permitted_use", "terms", "citation", "origin", "digest")


@admin.register(DataImport)
class DataImportAdmin(LookOnly, ModelAdmin):
    list_display = ("source", "finished_at", "rows")
    list_filter = (("source", RelatedDropdownFilter),)
    list_select_related = ("source",)
    ordering = ("-finished_at", "-pk")
    fields = ("source", ("started_at", "finished_at"), "rows", "what_it_found")

    @display(description=_("report"))
    def what_it_found(self, obj: DataImport) -> SafeString | str:
        return reports.as_html(obj.report)
