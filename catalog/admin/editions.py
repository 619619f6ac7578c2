"""Editions: what was published, and whether it still recomputes."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display

from catalog.admin.numbers import number
from catalog.admin.readonly import LookOnly
from catalog.errors import CatalogError
from catalog.models import ChartEdition
from catalog.selectors import charts
from catalog.selectors.documents import decimal


@admin.register(ChartEdition)
class EditionAdmin(LookOnly, ModelAdmin):
    list_display = ("number", "at", "version_label", "c", "films", "changes", "digest", "artefact")
    list_filter = (("at", RangeDateTimeFilter),)
    list_filter_submit = True
    list_per_page = 50
    ordering = ("-number",)
    actions_detail = ("verify_now",)
    fieldsets = (
        (None, {"fields": (("number", "at"), "version_label", ("m", "c", "floor"), ("films", "ranked", "changes"))}),
        (_("Digests"), {"fields": ("content_digest", "previous_chain", "chain_digest", "full_rows")}),
    )

    def view_on_site(self, obj: ChartEdition) -> str:
        return reverse("edition", args=[obj.number])

    @display(description="C", ordering="mean_e4")
    def c(self, obj: ChartEdition) -> str:
        return decimal(obj.mean_e4, 4)

    @display(description="m")
    def m(self, obj: ChartEdition) -> str:
        return number(obj.prior_votes)

    @display(description=_("content digest"))
    def digest(self, obj: ChartEdition) -> str:
        return f"{obj.content_digest[:12]}…"

    @display(description=_("full rows"), label={"kept": "success", "thinned": "warning"})
    def artefact(self, obj: ChartEdition) -> tuple[str, Any]:
        return ("thinned", _("let go by age")) if obj.thinned_at else ("kept", _("kept"))

    @display(description=_("full rows"))
    def full_rows(self, obj: ChartEdition) -> str:
        return str(self.artefact(obj)[1])

    @action(description=_("Verify now"), permissions=["view"], icon="verified")
    def verify_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Recompute C, every WR, every rank and both digests, and say what differs first."""
        edition = self.get_object(request, object_id)
        if edition is None:
            raise Http404
        try:
            films = charts.verify(edition)
        except CatalogError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            words = gettext("Edition %(n)s holds: C, %(films)s weighted ratings and ranks and both digests recompute.")
            self.message_user(request, words % {"n": edition.number, "films": number(films)}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:catalog_chartedition_change", args=[edition.pk]))
