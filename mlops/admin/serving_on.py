"""What served on a date: one form, and of each recipe the version, since when and by whose decision."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from mlops.admin import addresses
from mlops.admin.actors import teller
from mlops.admin.blocks import Grid, Section, Shown
from mlops.admin.words import moment
from mlops.models import Deployment
from mlops.selectors import service

FORM = "%Y-%m-%dT%H:%M:%S"


class MomentForm(forms.Form):
    at = forms.DateTimeField(
        label=_("Date and time (UTC)"),
        input_formats=[FORM, "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", "step": "1"}),
        help_text=_("A date alone means its first moment."),
    )

    def clean_at(self) -> datetime:
        found: datetime = self.cleaned_data["at"]
        return found.replace(tzinfo=UTC)


def page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Answer for the moment that was asked for; without one, for now."""
    asked = "at" in request.GET
    form = MomentForm(request.GET if asked else {"at": timezone.now().strftime(FORM)})
    sections = [Section(gettext("What served"), [_answer(request, form.cleaned_data["at"])])] if form.is_valid() else []
    lead = gettext("Which version of each recipe served everyone at a moment, since when, and who decided so.")
    title = gettext("What served on a date")
    result: HttpResponse = model_admin.page(
        request, title, sections, lead=lead, template="admin/mlops/serving_on.html", form=form
    )
    return result


def _answer(request: HttpRequest, at: datetime) -> Grid:
    found = service.champions_at(at)
    tell = teller(*(row.started_by for row in found.values()))
    heads = [gettext("recipe"), gettext("version"), gettext("since"), gettext("until"), gettext("how"), gettext("by")]
    lines: list[Sequence[Shown]] = [
        [
            key,
            *(
                _served(request, found[key], tell(found[key].started_by))
                if key in found
                else [gettext("nothing"), "—", "—", "—", "—"]
            ),
        ]
        for key in service.recipe_keys()
    ]
    return Grid(gettext("At %(at)s") % {"at": moment(at)}, heads, lines, gettext("There is no recipe."))


def _served(request: HttpRequest, row: Deployment, by: str) -> list[Shown]:
    how = row.get_how_display()
    decided = (
        addresses.link(request, "promotionrequest", row.request_id, gettext("request %(pk)s") % {"pk": row.request_id})
        if row.request_id
        else how
    )
    return [
        addresses.link(request, "modelversion", row.version_id, row.version.label),
        moment(row.started_at),
        moment(row.ended_at) if row.ended_at else gettext("now"),
        decided,
        by,
    ]
