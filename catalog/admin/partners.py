"""Partners and their keys: a key is issued and shown once, and revoked with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
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

from catalog.admin.history import Remembered
from catalog.admin.key_forms import IssueKeyForm, RevokeKeyForm
from catalog.admin.proof import Proven, refilled, require_fresh
from catalog.admin.readonly import LookOnly
from catalog.admin.reasons import Reasoned
from catalog.admin.who import person
from catalog.errors import KeyRefused
from catalog.models import Partner, PartnerKey
from catalog.services import partners

STATES = {"usable": "success", "revoked": "danger", "expired": "warning"}


def _state(key: PartnerKey) -> tuple[str, Any]:
    if key.revoked_at:
        return "revoked", _("revoked")
    return ("expired", _("expired")) if key.expires_at <= timezone.now() else ("usable", _("usable"))


class KeyInline(LookOnly, TabularInline):
    model = PartnerKey
    fields = ("key", "scope_list", "created_at", "expires_at", "state_now")
    readonly_fields = fields
    ordering = ("-created_at",)
    hide_title = True
    extra = 0

    @display(description=_("key"))
    def key(self, obj: PartnerKey) -> SafeString:
        address = reverse("admin:catalog_partnerkey_change", args=[obj.pk])
        return format_html('<a class="staff-link" href="{}">…{}</a>', address, obj.last_four)

    @display(description=_("scopes"))
    def scope_list(self, obj: PartnerKey) -> str:
        return ", ".join(obj.scopes)

    @display(description=_("state"))
    def state_now(self, obj: PartnerKey) -> str:
        return str(_state(obj)[1])


@admin.register(Partner)
class PartnerAdmin(Proven, Reasoned, Remembered):
    inlines = (KeyInline,)
    may_revert = True
    list_display = ("name", "active", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("created_at",)
    fieldsets = ((None, {"fields": ("name", "active", "created_at", "reason")}),)
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
            terms = {"scopes": form.cleaned_data["scopes"], "expires_at": form.expires_at}
            try:
                key, plain = partners.issue_key(partner=partner, by=person(request), at=timezone.now(), **terms)
            except KeyRefused as error:
                form.add_error(None, str(error))
            else:
                return self._shown_once(request, partner, key, plain)
        words = gettext("The key is shown once, after this step. Only its fingerprint is kept here.")
        return _page(self, request, partner, gettext("Issue a key for %(partner)s") % {"partner": partner}, form, words)

    def _shown_once(self, request: HttpRequest, partner: Partner, key: PartnerKey, plain: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The key of %(partner)s") % {"partner": partner},
            "opts": self.model._meta,
            "key": key,
            "plain": plain,
            "back": reverse("admin:catalog_partner_change", args=[partner.pk]),
        }
        return TemplateResponse(request, "admin/key_issued.html", context, headers={"Cache-Control": "no-store"})


@admin.register(PartnerKey)
class PartnerKeyAdmin(LookOnly, Remembered):
    list_display = ("partner", "last_four", "scope_list", "created_at", "expires_at", "state")
    list_filter = (("partner", RelatedDropdownFilter),)
    list_select_related = ("partner",)
    ordering = ("-created_at", "-pk")
    fields = ("partner", "last_four", "scope_list", "created_at", "expires_at", "revoked_at", "state_now")
    actions_detail = ("revoke",)

    scope_list = KeyInline.scope_list
    state_now = KeyInline.state_now

    @display(description=_("state"), label=STATES)
    def state(self, obj: PartnerKey) -> tuple[str, Any]:
        return _state(obj)

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may revoke keys, and whether this one still opens anything."""
        key = self.get_object(request, str(object_id)) if request.user.has_perm("catalog.change_partnerkey") else None
        return key is not None and key.revoked_at is None

    @action(description=_("Revoke"), permissions=["revoke"], icon="key_off", variant=ActionVariant.DANGER)
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the reason, then end the key."""
        key = self.get_object(request, object_id)
        if key is None:
            raise Http404
        form = refilled(RevokeKeyForm(request.POST or None), request)
        if form.is_valid():
            if away := require_fresh(request):
                return away
            try:
                partners.revoke_key(key=key, by=person(request), at=timezone.now(), reason=form.cleaned_data["reason"])
            except KeyRefused as error:
                form.add_error(None, str(error))
            else:
                self.message_user(request, gettext("The key is revoked: it opens nothing any more."), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:catalog_partnerkey_change", args=[key.pk]))
        words = gettext(
            "Requests with this key are refused from now on. This cannot be undone; a new key can be issued."
        )
        return _page(self, request, key, gettext("Revoke the key %(key)s") % {"key": key}, form, words)


def _page(model_admin: Any, request: HttpRequest, obj: Any, title: str, form: Any, words: str) -> HttpResponse:
    """Return the page of an act: what it does, what it asks."""
    meta = model_admin.model._meta
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": meta,
        "form": form,
        "words": words,
        "media": model_admin.media + form.media,
        "back": reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk]),
    }
    return TemplateResponse(request, "admin/act.html", context)
