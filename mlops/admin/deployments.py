"""Deployments: which version serves, since when, and which served before."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from mlops.admin.actors import names, who
from mlops.admin.readonly import LookOnly
from mlops.models import Deployment
from mlops.models.deployments import DeploymentQuerySet


class Open(DropdownFilter):
    title = _("in force")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("in force")), ("no", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: DeploymentQuerySet) -> DeploymentQuerySet:
        if self.value() == "yes":
            return queryset.open()
        return queryset.filter(ended_at__isnull=False) if self.value() == "no" else queryset


@admin.register(Deployment)
class DeploymentAdmin(LookOnly, ModelAdmin):
    list_display = ("version", "role_in_words", "how", "started_at", "ended_at")
    list_filter = (Open, ("role", ChoicesDropdownFilter), ("how", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("version",)
    search_fields = ("recipe_key",)
    ordering = ("-started_at", "-pk")
    fields = ("version_link", ("role", "how"), ("started_at", "starter"), ("ended_at", "ender"))

    @display(
        description=_("role"), ordering="role", label={"CHAMPION": "success", "CHALLENGER": "info", "ENDED": "warning"}
    )
    def role_in_words(self, obj: Deployment) -> tuple[str, Any]:
        role = obj.get_role_display()
        return ("ENDED", _("%(role)s, ended") % {"role": role}) if obj.ended_at else (obj.role, role)

    @display(description=_("version"))
    def version_link(self, obj: Deployment) -> SafeString:
        address = reverse("admin:mlops_modelversion_change", args=[obj.version_id])
        return format_html('<a class="staff-link" href="{}">{}</a>', address, obj.version)

    @display(description=_("started by"))
    def starter(self, obj: Deployment) -> str:
        return who(obj.started_by, names([obj.started_by]))

    @display(description=_("ended by"))
    def ender(self, obj: Deployment) -> str:
        return who(obj.ended_by, names([obj.ended_by]))
