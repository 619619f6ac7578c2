"""What is asked before a partner key is issued, rolled or revoked."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from catalog.admin.reasons import LONGEST
from catalog.models import PartnerKey
from catalog.territories import COUNTRIES
from catalog.versions import NEWEST

USUAL_LIFE, USUAL_WRITING = timedelta(days=365), timedelta(days=90)
SCOPES = [(scope, scope) for scope in PartnerKey.Scope.values]
OVERLAPS = [(0, _("none: it ends now")), (1, _("1 hour")), (24, _("1 day")), (72, _("3 days")), (168, _("7 days"))]


class LastDay(forms.Form):
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=UnfoldAdminSingleDateWidget(),
        help_text=_("The key works until the end of this day, UTC. One that may write lives for a year at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("expires_on", timezone.localdate() + USUAL_LIFE)

    @property
    def expires_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["expires_on"], time.max, tzinfo=UTC).replace(microsecond=0)


class IssueKeyForm(LastDay):
    label = forms.CharField(
        label=_("Label"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("What it is for, in the partner's words."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=SCOPES,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("What the key may do; who may write may read too. Give no more than the partner needs."),
    )
    territories = forms.MultipleChoiceField(
        label=_("Territories"),
        choices=list(COUNTRIES.items()),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("The only ones whose rights the key tells of. None chosen: all."),
    )
    networks = forms.CharField(
        label=_("Networks"),
        required=False,
        max_length=1_000,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The only ones it is used from, by commas: 192.0.2.0/24, 2001:db8::/32. Empty: anywhere."),
    )
    test = forms.BooleanField(
        label=_("For trying out"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=_("What it writes trains nothing, counts nowhere, and is gone by the next morning."),
    )
    field_order = ("label", "scopes", "territories", "networks", "test", "expires_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("scopes", list(PartnerKey.READ))

    @property
    def terms(self) -> dict[str, Any]:
        """What services.partners.issue_key is given."""
        given = {name: self.cleaned_data[name] for name in ("label", "scopes", "territories", "test")}
        networks = [one.strip() for one in self.cleaned_data["networks"].split(",") if one.strip()]
        return {**given, "networks": networks, "version": NEWEST, "expires_at": self.expires_at}


class RollKeyForm(LastDay):
    overlap_hours = forms.TypedChoiceField(
        label=_("The old key lives on"),
        choices=OVERLAPS,
        coerce=int,
        initial=24,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Both keys work meanwhile, so that nothing stops while the partner moves over."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["expires_on"] = timezone.localdate() + USUAL_WRITING

    @property
    def overlap(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap_hours"])


class RevokeKeyForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("It stays in the key's history and in the audit log."),
    )
