"""The form of a film: genres as boxes to tick, and a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from catalog.admin.reasons import ReasonForm
from catalog.models import GENRES, Movie, genre_line


class FilmForm(ReasonForm):
    genres = forms.MultipleChoiceField(
        label=_("Genres"),
        choices=[(genre, genre) for genre in GENRES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        required=False,
    )

    class Meta:
        model = Movie
        fields = ("title", "year", "runtime", "certificate", "genres")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "Why this change, here or to the licences below? It is kept in the history."
        )
        self.initial["genres"] = list(self.instance.genre_names)  # stored as one text between bars

    def clean_genres(self) -> str:
        return genre_line(self.cleaned_data["genres"])
