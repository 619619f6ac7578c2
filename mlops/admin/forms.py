"""What acts ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from mlops.models import Approval

LONGEST = 500


class ReasonForm(forms.Form):
    """Why: kept in the audit log, with the name and the time."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Why? It is kept in the audit log, with who did it and when."),
    )


class DecideForm(ReasonForm):
    """A vote: on exactly the evidence that the page showed."""

    verdict = forms.ChoiceField(choices=Approval.Verdict.choices, widget=forms.HiddenInput())
    evidence_digest = forms.CharField(max_length=64, widget=forms.HiddenInput())
