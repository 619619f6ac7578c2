"""All changes of one kind of row in one list, those of deleted rows among them."""

from datetime import UTC
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from catalog.admin.readonly import LookOnly
from catalog.admin.who import names, who
from catalog.models import Licence, Movie, Partner, PartnerKey, User, WebhookEndpoint


class ChangesAdmin(LookOnly, ModelAdmin):
    """A list over one history table; a row leads to the history of its object."""

    list_display = ("when", "what", "history_type", "by", "why")
    list_display_links = None
    list_filter = (("history_type", ChoicesDropdownFilter), ("history_date", RangeDateTimeFilter))
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-history_date", "-history_id")
    search_fields = ("history_change_reason", "=history_user_id")
    search_help_text = _("A word of the reason, or a person's whole subject id")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Look up the people of a page in one statement."""
        page = super().get_changelist_instance(request)
        known = names(row.history_user_id for row in page.result_list)
        for row in page.result_list:
            row.who = who(row.history_user_id, known)
        return page

    @display(description=_("when (UTC)"), ordering="history_date")
    def when(self, obj: Any) -> str:
        return f"{obj.history_date.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    @display(description=_("row"))
    def what(self, obj: Any) -> SafeString:
        meta = obj.instance_type._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_history", args=[obj.id])
        return format_html('<a class="staff-link" href="{}">{}</a>', address, obj.history_object)

    @display(description=_("who"))
    def by(self, obj: Any) -> str:
        return str(obj.who)

    @display(description=_("reason"), ordering="history_change_reason")
    def why(self, obj: Any) -> str:
        return obj.history_change_reason or "—"


for model in (Movie, Licence, Partner, PartnerKey, WebhookEndpoint, User):
    admin.site.register(model.history.model, ChangesAdmin)
