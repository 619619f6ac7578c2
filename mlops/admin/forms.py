"""What acts ask for."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from mlops import policies, registry
from mlops.models import Approval

LONGEST, LONGEST_REMARK, LONGEST_KEY = 500, 2000, 36


class ReasonForm(forms.Form):
    """Why: kept in the audit log, with the name and the time."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Why? It is kept in the audit log, with who did it and when."),
    )


class OnceForm(ReasonForm):
    """An act that is done once, however often its page is sent: the page carries a key of its own."""

    key = forms.CharField(max_length=LONGEST_KEY, required=False, widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": str(uuid.uuid4()), **(initial or {})})


class VoteForm(OnceForm):
    """A vote, with its reason."""

    verdict = forms.ChoiceField(choices=Approval.Verdict.choices, widget=forms.HiddenInput())


class DecideForm(VoteForm):
    """A vote: on exactly the evidence that the page showed."""

    evidence_digest = forms.CharField(max_length=64, widget=forms.HiddenInput())


class RemarkForm(forms.Form):
    """Something said in a discussion."""

    text = forms.CharField(
        label=_("Say something"),
        max_length=LONGEST_REMARK,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Everybody who may look at this request reads it. It cannot be changed or taken away."),
    )


class PolicyForm(OnceForm):
    """How many others shall have to approve, of which recipe."""

    field_order = ("recipe_key", "wanted", "reason", "key")
    recipe_key = forms.ChoiceField(label=_("Recipe"), widget=UnfoldAdminSelectWidget())
    wanted = forms.IntegerField(
        label=_("Approvals required"),
        min_value=1,
        max_value=policies.MOST_REQUIRED,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=_("How many others must approve a version before it serves."),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        choice = self.fields["recipe_key"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(key, recipe.title) for key, recipe in registry.recipes().items()]
