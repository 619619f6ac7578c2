"""Forms of what members keep: a list's words, a place and a note, a day and a note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.errors import BadWords
from catalog.models.lists import NOTE, TITLE


class Refusable(forms.Form):
    """A form beside whose fields a service's refusal can stand."""

    def refuse(self, refusal: BadWords) -> None:
        """Put a refusal beside its field, if this form has that field and was filled in."""
        if self.is_bound and refusal.field in self.fields:
            self.add_error(refusal.field, str(refusal))


def _note(label: Any, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": rows, "class": "note-field"})
    )


class ListForm(Refusable):
    """What a list is called, what there is to say of it, and whether its places count."""

    title = forms.CharField(label=_("Title"), max_length=TITLE)
    note = _note(_("Note"))
    numbered = forms.BooleanField(label=_("Show places as numbers, as in a ranking"), required=False)


class EntryForm(Refusable):
    """Where a film stands on a list, and a note beside it."""

    place = forms.IntegerField(label=_("Place"), min_value=1, max_value=10_000_000, required=False)
    note = _note(_("Note"))


class ViewingForm(Refusable):
    """A day, or none when it is not known any more, and a note."""

    seen_on = forms.DateField(
        label=_("Seen on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Write the day as year-month-day, such as 1999-12-31, or leave it empty.")},
        help_text=_("Leave it empty if you do not know any more."),
    )
    note = _note(_("Note"), rows=2)

    def kept(self) -> dict[str, Any]:
        """Return what was filled in as the diary takes it."""
        return {"seen_on": self.cleaned_data["seen_on"], "note": self.cleaned_data["note"]}
