"""Deployments: which version serves, since when, and which served before; and the way back."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from mlops import policies
from mlops.admin import addresses, drafts, serving_on
from mlops.admin.acting import sentence
from mlops.admin.actors import person, teller
from mlops.admin.blocks import Act, Facts, Section, Shown
from mlops.admin.forms import OnceForm
from mlops.admin.paged import Paged, View
from mlops.admin.words import moment
from mlops.errors import Refused
from mlops.models import Deployment
from mlops.models.deployments import DeploymentQuerySet
from mlops.services import promotion


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
class DeploymentAdmin(Paged):
    list_display = ("version", "role_in_words", "how", "started_at", "ended_at")
    list_filter = (Open, ("role", ChoicesDropdownFilter), ("how", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("version",)
    search_fields = ("recipe_key",)
    ordering = ("-started_at", "-pk")
    actions_list = ("on",)

    @display(
        description=_("role"), ordering="role", label={"CHAMPION": "success", "CHALLENGER": "info", "ENDED": "warning"}
    )
    def role_in_words(self, obj: Deployment) -> tuple[str, Any]:
        role = obj.get_role_display()
        return ("ENDED", _("%(role)s, ended") % {"role": role}) if obj.ended_at else (obj.role, role)

    @action(description=_("What served on…"), permissions=["view"], icon="event", url_path="on")
    def on(self, request: HttpRequest) -> HttpResponse:
        return serving_on.page(self, request)

    def views(self) -> Sequence[tuple[str, str, View]]:
        return (("<path:object_id>/roll-back/", "roll_back", partial(roll_back, self)),)

    def row_page(self, request: HttpRequest, row: Deployment) -> HttpResponse:
        acts = []
        if policies.may_roll_back(person(request), row) and _leads_back(row):
            acts = [Act(gettext("Roll back…"), addresses.act("deployment", "roll_back", row.pk), main=True)]
        words = gettext("Served everyone from %(a)s until %(b)s.") if row.ended_at else gettext("In force since %(a)s.")
        lead = words % {"a": moment(row.started_at), "b": moment(row.ended_at)}
        return self.page(
            request, str(row), [Section(gettext("How it came"), [_facts(request, row)])], lead=lead, acts=acts
        )


def _facts(request: HttpRequest, row: Deployment) -> Facts:
    tell = teller(row.started_by, row.ended_by)
    rows: list[tuple[str, Shown]] = [
        (gettext("Version"), addresses.link(request, "modelversion", row.version_id, row.version.label)),
        (gettext("How"), row.get_how_display()),
    ]
    if row.request_id:
        rows.append((gettext("Request"), addresses.link(request, "promotionrequest", row.request_id, str(row.request))))
    if row.replaces_id:
        rows.append((gettext("Replaced"), addresses.link(request, "deployment", row.replaces_id, str(row.replaces))))
    rows += [
        (gettext("Reason"), row.reason or "—"),
        (gettext("Started"), f"{moment(row.started_at)}, {tell(row.started_by)}"),
        (gettext("Ended"), f"{moment(row.ended_at)}, {tell(row.ended_by)}" if row.ended_at else "—"),
    ]
    return Facts(rows)


def roll_back(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Say what will serve then, ask why, and roll back."""
    row: Deployment = model_admin.row_or_404(request, object_id)
    if not policies.may_roll_back(person(request), row):
        raise PermissionDenied

    def act(given: dict[str, Any]) -> tuple[str, str]:
        by, now = person(request), timezone.now()
        found = promotion.roll_back(recipe_key=row.recipe_key, deployment_id=row.pk, by=by, at=now, **given)
        if found is None:
            said = gettext("Rolled back: no version of %(recipe)s serves now.") % {"recipe": row.recipe_key}
            return said, addresses.rows("deployment")
        said = gettext("Rolled back: %(version)s serves now.") % {"version": found.version.label}
        return said, addresses.row("deployment", found.pk)

    title = gettext("Roll back %(version)s") % {"version": row.version.label}
    form = OnceForm(request.POST or None, initial=drafts.kept(request, request.path))
    back = addresses.row("deployment", row.pk)
    result: HttpResponse = model_admin.ask(request, title, _then(row), form, back, act, proof=True)
    return result


def _then(row: Deployment) -> str:
    """Return in words what serves after a roll back, or that there is nothing to roll back."""
    if row.ended_at:
        return gettext("%(version)s does not serve any more. %(now)s") % {
            "version": row.version.label,
            "now": policies.serves_now(row.recipe_key),
        }
    forward = gettext("%(version)s serves again only after a new request and an approval.") % {
        "version": row.version.label
    }
    try:
        before = promotion.behind(row)
    except Refused as refusal:
        return sentence(refusal)
    if before:
        return gettext("Then %(before)s serves again, in every web process within seconds. %(forward)s") % {
            "before": before.version.label,
            "forward": forward,
        }
    return gettext("Then no version of %(recipe)s serves. %(forward)s") % {"recipe": row.recipe_key, "forward": forward}


def _leads_back(row: Deployment) -> bool:
    """Whether it serves everybody, and the service would roll it back."""
    if row.role != Deployment.Role.CHAMPION or row.ended_at:
        return False
    try:
        promotion.behind(row)
    except Refused:
        return False
    return True
