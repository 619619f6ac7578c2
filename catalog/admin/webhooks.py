"""Webhook endpoints: what partners gave, what arrives there, and what staff may do about it. Secrets are the partner's alone."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from catalog.admin.act_page import act_page
from catalog.admin.history import Remembered
from catalog.admin.proof import refilled, require_fresh
from catalog.admin.readonly import LookOnly
from catalog.admin.webhook_forms import ConfirmForm, DisableForm
from catalog.admin.who import person
from catalog.errors import CatalogError
from catalog.models import Delivery, WebhookEndpoint
from catalog.services import deliveries, endpoints

MAY_CHANGE = "catalog.change_webhookendpoint"
RECENT = 20  # deliveries on the page of an endpoint
STATES = {"WAITING": "info", "DELIVERED": "success", "FAILED": "danger", "DROPPED": "warning"}
ENDPOINT_STATES = {"enabled": "success", "failing": "warning", "disabled": "danger"}


class DeliveryInline(LookOnly, TabularInline):
    """The newest deliveries; all of them are in their own list."""

    model = Delivery
    fields = ("delivery", "kind", "state", "attempts", "created_at", "due_at")
    readonly_fields = fields
    ordering = ("-pk",)
    hide_title = True
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows = super().get_queryset(request).select_related("event")
        endpoint = request.resolver_match.kwargs.get("object_id", "") if request.resolver_match else ""
        number = int(endpoint) if endpoint.isascii() and endpoint.isdigit() else 0
        newest = Delivery.objects.filter(endpoint=number).order_by("-pk").values_list("pk", flat=True)[:RECENT]
        return rows.filter(pk__in=list(newest))

    @display(description=_("delivery"))
    def delivery(self, obj: Delivery) -> SafeString:
        address = reverse("admin:catalog_delivery_change", args=[obj.pk])
        return format_html('<a class="staff-link" href="{}">{}</a>', address, obj.uid)

    @display(description=_("kind"))
    def kind(self, obj: Delivery) -> str:
        return obj.event.kind


@admin.register(WebhookEndpoint)
class EndpointAdmin(LookOnly, Remembered):
    inlines = (DeliveryInline,)
    list_display = ("uid", "partner", "url", "test", "state", "failing_since")
    list_filter = ("enabled", "test", ("partner", RelatedDropdownFilter))
    list_filter_submit = True
    list_select_related = ("partner",)
    ordering = ("-pk",)
    search_fields = ("=uid", "url")
    fieldsets = (
        (None, {"fields": ("uid", "partner", "test", "url", "description", "kind_list", "territory_list")}),
        (_("State"), {"fields": ("state_now", "disabled_reason", "failing_since", "old_secret_until")}),
        (_("Since"), {"fields": ("created_at", "changed_at")}),
    )
    actions_detail = ("disable", "enable", "send_test")

    @display(description=_("state"), label=ENDPOINT_STATES)
    def state(self, obj: WebhookEndpoint) -> tuple[str, Any]:
        if not obj.enabled:
            return "disabled", _("disabled")
        return ("failing", _("failing")) if obj.failing_since else ("enabled", _("enabled"))

    @display(description=_("state"))
    def state_now(self, obj: WebhookEndpoint) -> str:
        return str(self.state(obj)[1])

    @display(description=_("kinds"))
    def kind_list(self, obj: WebhookEndpoint) -> str:
        return ", ".join(obj.kinds)

    @display(description=_("territories"))
    def territory_list(self, obj: WebhookEndpoint) -> str:
        return ", ".join(obj.territories) or gettext("all")

    def has_switch_off_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, enabled=True)

    def has_switch_on_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, enabled=False)

    def _may(self, request: HttpRequest, object_id: Any, *, enabled: bool) -> bool:
        """Say whether this person may switch endpoints, and whether this one is as it must be for that."""
        found = self.get_object(request, str(object_id)) if request.user.has_perm(MAY_CHANGE) else None
        return found is not None and found.enabled == enabled

    @action(
        description=_("Disable"), permissions=["switch_off"], icon="notifications_off", variant=ActionVariant.DANGER
    )
    def disable(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, then tell it of nothing more."""
        words = gettext("It is told of nothing more, and what waits is dropped. It can be enabled again.")
        title = gettext("Disable %(endpoint)s")
        return self._act(request, object_id, DisableForm, title, words, gettext("The endpoint is disabled."))

    @action(description=_("Enable"), permissions=["switch_on"], icon="notifications")
    def enable(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Tell it again of what happens from now on."""
        words = gettext("It is told of what happens from now on. What was dropped can be replayed.")
        title = gettext("Enable %(endpoint)s")
        return self._act(request, object_id, ConfirmForm, title, words, gettext("The endpoint is enabled."))

    @action(description=_("Send a test event"), permissions=["switch_off"], icon="send")
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send it an endpoint.test event."""
        words = gettext("An endpoint.test event goes to this endpoint alone; see its deliveries for what came of it.")
        title = gettext("Send a test event to %(endpoint)s")
        return self._act(request, object_id, None, title, words, gettext("The test event is on its way."))

    def _act(self, request: HttpRequest, number: str, shape: Any, title: str, words: str, done: str) -> HttpResponse:
        """Show what an act does, and do it when it is meant. shape: what is asked; None: a test, which changes nothing."""
        endpoint = self.get_object(request, number)
        if endpoint is None:
            raise Http404
        form = refilled((shape or ConfirmForm)(request.POST if request.method == "POST" else None), request)
        if form.is_valid():
            if shape and (away := require_fresh(request)):
                return away
            try:
                _done(endpoint, shape, form, request)
            except CatalogError as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:catalog_webhookendpoint_change", args=[endpoint.pk]))
        return act_page(self, request, endpoint, title % {"endpoint": endpoint.uid}, form, words)


def _done(endpoint: WebhookEndpoint, shape: Any, form: Any, request: HttpRequest) -> None:
    at = timezone.now()
    if shape is DisableForm:
        endpoints.disable(endpoint=endpoint, by=person(request), at=at, reason=form.cleaned_data["reason"])
    elif shape is ConfirmForm:
        endpoints.enable(endpoint=endpoint, by=person(request), at=at)
    else:
        deliveries.send_test(endpoint=endpoint, at=at)
