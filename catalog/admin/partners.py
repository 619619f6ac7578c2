"""Partners: their terms, and keys that are issued and shown once."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from catalog.admin.act_page import act_page
from catalog.admin.history import Remembered
from catalog.admin.key_facts import KeyFacts, shown_once
from catalog.admin.key_forms import IssueKeyForm
from catalog.admin.proof import Proven, refilled, require_fresh
from catalog.admin.readonly import LookOnly
from catalog.admin.reasons import Reasoned
from catalog.admin.who import person
from catalog.errors import KeyRefused
from catalog.models import Partner, PartnerKey
from catalog.services import partners


class KeyInline(KeyFacts, LookOnly, TabularInline):
    model = PartnerKey
    fields = ("key", "label", "scope_list", "created_at", "expires_at", "last_used", "state_now")
    readonly_fields = fields
    ordering = ("-created_at",)
    hide_title = True
    extra = 0

    @display(description=_("key"))
    def key(self, obj: PartnerKey) -> SafeString:
        address = reverse("admin:catalog_partnerkey_change", args=[obj.pk])
        return format_html('<a class="staff-link" href="{}">…{}</a>', address, obj.last_four)


@admin.register(Partner)
class PartnerAdmin(Proven, Reasoned, Remembered):
    inlines = (KeyInline,)
    may_revert = True
    list_display = ("name", "active", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("created_at",)
    fieldsets = ((None, {"fields": ("name", "active", ("per_minute", "monthly_quota"), "created_at", "reason")}),)
    actions_detail = ("issue_key",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # keys, ratings and the log name partners: one that leaves is made inactive

    # By name and not as «catalog.add_partnerkey»: that is looked up in the database even before its first migrate.
    def has_issue_key_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("catalog.add_partnerkey")

    @action(description=_("Issue a key"), permissions=["issue_key"], icon="key", variant=ActionVariant.PRIMARY)
    def issue_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the terms, then show the key: this once."""
        partner = self.get_object(request, object_id)
        if partner is None:
            raise Http404
        form = refilled(IssueKeyForm(request.POST or None), request)
        if form.is_valid():
            if away := require_fresh(request):
                return away
            try:
                key, plain = partners.issue_key(partner=partner, by=person(request), at=timezone.now(), **form.terms)
            except KeyRefused as error:
                form.add_error(None, str(error))
            else:
                return shown_once(self, request, key, plain)
        words = gettext("The key is shown once, after this step. Only its fingerprint is kept here.")
        return act_page(
            self, request, partner, gettext("Issue a key for %(partner)s") % {"partner": partner}, form, words
        )
