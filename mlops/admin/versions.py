"""Model versions: the card of each, what it came from, and asking that it may serve."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from mlops.admin import addresses, version_blocks
from mlops.admin.actors import person
from mlops.admin.blocks import Act, Section
from mlops.admin.forms import OnceForm
from mlops.admin.paged import Paged, View
from mlops.errors import MlopsError
from mlops.models import ModelVersion
from mlops.services import requests

STATES = {"CANDIDATE": "info", "APPROVED": "success", "REJECTED": "danger", "RETIRED": "warning"}


@admin.register(ModelVersion)
class ModelVersionAdmin(Paged):
    list_display = ("name", "kind", "life", "gates", "created_at", "digest")
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("gate_report",)
    search_fields = ("recipe_key", "artefact_digest")
    ordering = ("recipe_key", "-number")

    @display(description=_("version"), ordering="recipe_key")
    def name(self, obj: ModelVersion) -> str:
        return obj.label

    @display(description=_("state"), ordering="state", label=STATES)
    def life(self, obj: ModelVersion) -> tuple[str, Any]:
        return obj.state, obj.get_state_display()

    @display(description=_("gates"), label={"passed": "success", "failed": "danger"})
    def gates(self, obj: ModelVersion) -> Any:
        if not hasattr(obj, "gate_report"):
            return "none", "—"
        return ("passed", _("passed")) if obj.gate_report.passed else ("failed", _("failed"))

    @display(description=_("artefact"))
    def digest(self, obj: ModelVersion) -> str:
        return f"{obj.artefact_digest[:12]}…"

    def views(self) -> Sequence[tuple[str, str, View]]:
        return (("<path:object_id>/request/", "request", partial(ask_for, self)),)

    def row_page(self, request: HttpRequest, row: ModelVersion) -> HttpResponse:
        why_not = _why_not(request, row)
        acts = []
        if not why_not:
            acts = [Act(gettext("Request promotion…"), addresses.act("modelversion", "request", row.pk), main=True)]
        sections = [
            Section(gettext("Where it stands"), version_blocks.standing(request, row, why_not)),
            *version_blocks.sections(request, row),
        ]
        return self.page(request, row.label, sections, lead=version_blocks.lead(row), acts=acts)


def ask_for(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask why a version should serve, and open the request."""
    row: ModelVersion = model_admin.row_or_404(request, object_id)
    if not person(request).has_perm("mlops.request_promotion"):
        raise PermissionDenied

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = requests.open_request(version_id=row.pk, by=person(request), at=timezone.now(), **given)
        return gettext("Request %(pk)s awaits another person's decision.") % {"pk": made.pk}, addresses.row(
            "promotionrequest", made.pk
        )

    title = gettext("Request promotion of %(version)s") % {"version": row.label}
    words = gettext(
        "Another person, who neither asked for it nor trained it, will decide on the evidence as it is now."
        " Your reason is shown to them and kept."
    )
    form = OnceForm(request.POST or None)
    back = addresses.row("modelversion", row.pk)
    result: HttpResponse = model_admin.ask(request, title, words, form, back, act)
    return result


def _why_not(request: HttpRequest, row: ModelVersion) -> str:
    """Return why this person cannot ask for this version now, or nothing."""
    try:
        requests.check_may_request(version=row, by=person(request), at=timezone.now())
    except MlopsError as refusal:
        words = str(refusal)
        return words[:1].upper() + words[1:]
    return ""
