"""Keys: looked at, rolled, and revoked with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from catalog.admin.act_page import act_page
from catalog.admin.history import Remembered
from catalog.admin.key_facts import STATES, KeyFacts, shown_once, state_of
from catalog.admin.key_forms import RevokeKeyForm, RollKeyForm
from catalog.admin.proof import refilled, require_fresh
from catalog.admin.readonly import LookOnly
from catalog.admin.who import person
from catalog.errors import KeyRefused
from catalog.models import PartnerKey
from catalog.services import partners


@admin.register(PartnerKey)
class PartnerKeyAdmin(KeyFacts, LookOnly, Remembered):
    list_display = ("partner", "last_four", "label", "scope_list", "created_at", "expires_at", "last_used", "state")
    list_filter = (("partner", RelatedDropdownFilter),)
    list_select_related = ("partner", "use")
    ordering = ("-created_at", "-pk")
    fields = (
        ("partner", "last_four", "label"),
        ("scope_list", "limits"),
        ("test", "version", "rolled_from"),
        ("created_at", "expires_at", "revoked_at"),
        ("last_used", "state_now"),
    )
    actions_detail = ("roll", "revoke")

    @display(description=_("state"), label=STATES)
    def state(self, obj: PartnerKey) -> tuple[str, Any]:
        return state_of(obj)

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether this person may revoke keys, and whether this one still opens anything."""
        key = self.get_object(request, str(object_id)) if request.user.has_perm("catalog.change_partnerkey") else None
        return key is not None and key.revoked_at is None

    has_roll_permission = has_revoke_permission

    @action(description=_("Roll"), permissions=["roll"], icon="autorenew", variant=ActionVariant.PRIMARY)
    def roll(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask how long the old key lives on, then show the one that takes its place: this once."""
        key = self.get_object(request, object_id)
        if key is None:
            raise Http404
        form = refilled(RollKeyForm(request.POST or None), request)
        if form.is_valid():
            if away := require_fresh(request):
                return away
            terms = {"overlap": form.overlap, "expires_at": form.expires_at}
            try:
                new, plain = partners.roll_key(key=key, by=person(request), at=timezone.now(), **terms)
            except KeyRefused as error:
                form.add_error(None, str(error))
            else:
                return shown_once(self, request, new, plain)
        words = gettext("A new key on the same terms is shown once, after this step. The old one goes on for a while.")
        return act_page(self, request, key, gettext("Roll the key %(key)s") % {"key": key}, form, words)

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
        return act_page(self, request, key, gettext("Revoke the key %(key)s") % {"key": key}, form, words)
