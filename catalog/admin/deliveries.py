"""What partners are told: events in their order, and every delivery with what came of it."""

import json
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from catalog.admin.act_page import act_page
from catalog.admin.readonly import LookOnly
from catalog.admin.webhook_forms import ConfirmForm
from catalog.admin.webhooks import MAY_CHANGE, STATES
from catalog.errors import CatalogError
from catalog.models import Delivery, DeliveryAttempt, Event
from catalog.services import deliveries


class AttemptInline(LookOnly, TabularInline):
    model = DeliveryAttempt
    fields = ("number", "at", "status", "problem", "took_ms", "answer")
    readonly_fields = fields
    ordering = ("number",)
    hide_title = True
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("catalog.view_delivery")  # tries are a part of it


@admin.register(Delivery)
class DeliveryAdmin(LookOnly, ModelAdmin):
    inlines = (AttemptInline,)
    list_display = ("uid", "kind", "partner", "endpoint_url", "state_shown", "attempts", "created_at", "due_at")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("endpoint", RelatedDropdownFilter),
        ("endpoint__partner", RelatedDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    list_select_related = ("event", "endpoint__partner")
    ordering = ("-pk",)
    search_fields = ("=uid", "=event__uid")
    fields = (
        *("uid", "endpoint", "event", "number", "state", "attempts"),
        *("created_at", "due_at", "claimed_until", "ended_at", "body"),
    )
    actions_detail = ("replay",)

    @display(description=_("kind"))
    def kind(self, obj: Delivery) -> str:
        return obj.event.kind

    @display(description=_("partner"))
    def partner(self, obj: Delivery) -> str:
        return obj.endpoint.partner.name

    @display(description=_("endpoint"))
    def endpoint_url(self, obj: Delivery) -> str:
        return obj.endpoint.url

    @display(description=_("state"), label=STATES)
    def state_shown(self, obj: Delivery) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description=_("data"))
    def body(self, obj: Delivery) -> str:
        return json.dumps(obj.event.data, ensure_ascii=False)

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(MAY_CHANGE)

    @action(description=_("Replay"), permissions=["replay"], icon="replay")
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the event to the endpoint once more."""
        delivery = self.get_object(request, object_id)
        if delivery is None:
            raise Http404
        form = ConfirmForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                again = deliveries.replay(delivery=delivery, at=timezone.now())
            except CatalogError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, gettext("The event is on its way again."), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:catalog_delivery_change", args=[again.pk]))
        words = gettext("The event is sent to its endpoint once more, under the same id, as a delivery of its own.")
        return act_page(
            self, request, delivery, gettext("Replay %(delivery)s") % {"delivery": delivery.uid}, form, words
        )


@admin.register(Event)
class EventAdmin(LookOnly, ModelAdmin):
    list_display = ("seq", "word", "at", "partner", "territory", "told")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("partner", RelatedDropdownFilter),
        ("at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    list_select_related = ("partner",)
    ordering = ("-seq",)
    search_fields = ("=uid", "=origin")
    fields = ("seq", "uid", "word", "origin", "at", "written_at", "partner", "territory", "told")

    @display(description=_("kind"), ordering="kind")
    def word(self, obj: Event) -> str:
        return obj.kind

    @display(description=_("data"))
    def told(self, obj: Event) -> str:
        return json.dumps(obj.data, ensure_ascii=False)
