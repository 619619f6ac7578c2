"""Model versions: numbered states of a recipe, as registered."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from mlops import store
from mlops.admin.actors import names, who
from mlops.admin.readonly import LookOnly
from mlops.admin.texts import code, pretty
from mlops.models import ModelVersion

STATES = {"CANDIDATE": "info", "APPROVED": "success", "REJECTED": "danger", "RETIRED": "warning"}


@admin.register(ModelVersion)
class ModelVersionAdmin(LookOnly, ModelAdmin):
    list_display = ("name", "kind", "life", "created_at", "digest")
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    list_filter_submit = True
    search_fields = ("recipe_key", "artefact_digest")
    ordering = ("recipe_key", "-number")
    fields = (("recipe_key", "number"), ("kind", "state"), "parameters", "artefact", ("created_at", "made_by"))

    @display(description=_("version"), ordering="recipe_key")
    def name(self, obj: ModelVersion) -> str:
        return obj.label

    @display(description=_("state"), ordering="state", label=STATES)
    def life(self, obj: ModelVersion) -> tuple[str, Any]:
        return obj.state, obj.get_state_display()

    @display(description=_("artefact"))
    def digest(self, obj: ModelVersion) -> str:
        return f"{obj.artefact_digest[:12]}…"

    @display(description=_("artefact"))
    def artefact(self, obj: ModelVersion) -> SafeString:
        there = _("stored here") if store.has(obj.artefact_digest) else _("not found in the store")
        return code(f"{obj.artefact_digest} ({there})")

    @display(description=_("parameters"))
    def parameters(self, obj: ModelVersion) -> SafeString:
        return pretty(obj.params)

    @display(description=_("made by"))
    def made_by(self, obj: ModelVersion) -> str:
        return who(obj.created_by, names([obj.created_by]))
