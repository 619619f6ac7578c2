"""What is asked before a partner key is issued or revoked."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.admin.reasons import LONGEST
from catalog.models import PartnerKey

USUAL_LIFE = timedelta(days=365)


class IssueKeyForm(forms.Form):
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, scope) for scope in PartnerKey.Scope.values],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("What the key may read. Give no more than the partner needs."),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        widget=UnfoldAdminSingleDateWidget(),
        help_text=_("The key works until the end of this day, UTC."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("scopes", PartnerKey.Scope.values)
        self.initial.setdefault("expires_on", timezone.localdate() + USUAL_LIFE)

    @property
    def expires_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["expires_on"], time.max, tzinfo=UTC).replace(microsecond=0)


class RevokeKeyForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("It stays in the key's history and in the audit log."),
    )
