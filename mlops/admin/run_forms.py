"""What a run is started with, and what may be noted on it."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from mlops.admin.forms import ReasonForm
from mlops.ports import Recipe

PREFIX = "param-"


class StartForm(ReasonForm):
    """A run of one recipe: one field for each of its parameters, as they stand by default or stood in another run."""

    grid = forms.CharField(
        label=_("Grid"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "To measure several values: one line for each parameter, name = value, value. Every combination is run;"
            " none of them makes a version."
        ),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        initial=0,
        min_value=0,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("The same data, parameters and seed give the same result."),
    )
    tags = forms.CharField(
        label=_("Tags"), required=False, widget=UnfoldAdminTextInputWidget(), help_text=_("With commas between.")
    )
    notes = forms.CharField(label=_("Notes"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    def __init__(self, recipe: Recipe, like: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recipe = recipe
        for name, default in recipe.params.items():
            self.fields[f"{PREFIX}{name}"] = forms.CharField(
                label=name.replace("_", " "),
                initial=_typed(like.get(name, default)),
                widget=UnfoldAdminTextInputWidget(),
                help_text=gettext("Parameter; by default %(value)s") % {"value": _typed(default)},
            )
        self.order_fields(["reason", *[f"{PREFIX}{name}" for name in recipe.params]])

    def clean_grid(self) -> dict[str, list[Any]]:
        lines = [line.strip() for line in self.cleaned_data["grid"].splitlines() if line.strip()]
        found = {}
        for line in lines:
            name, sign, values = (part.strip() for part in line.partition("="))
            if not (name and sign and values):
                words = gettext("«%(line)s» is no line of a grid: write name = value, value.")
                raise forms.ValidationError(words % {"line": line})
            found[name] = _values(values)
        return found

    @property
    def params(self) -> dict[str, Any]:
        return {name: _parsed(self.cleaned_data[f"{PREFIX}{name}"]) for name in self.recipe.params}


class NotesForm(forms.Form):
    notes = forms.CharField(label=_("Notes"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}))
    tags = forms.CharField(
        label=_("Tags"), required=False, widget=UnfoldAdminTextInputWidget(), help_text=_("With commas between.")
    )


def tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",") if tag.strip()]


def _typed(value: Any) -> str:
    """Return a parameter as it is typed: texts bare, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _values(text: str) -> list[Any]:
    whole = _parsed(text)
    return whole if isinstance(whole, list) else [_parsed(part.strip()) for part in text.split(",") if part.strip()]
