"""What is asked before something is done to a webhook endpoint."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

MOST = 200


class DisableForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The partner reads it at the API; it stays in the history and in the audit log."),
    )


class ConfirmForm(forms.Form):
    """Nothing is asked but that it is meant."""
