"""What visitors may ask of lists: read and checked before any query is made."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from catalog import words
from catalog.models import GENRES, Preferences
from catalog.selectors.browsing import LENGTHS, SORTS, VOTES
from catalog.selectors.films import decades

SORT_WORDS = {
    "rank": _("Place in the chart"),
    "votes": _("Most votes first"),
    "title": _("Title"),
    "year": _("Oldest first"),
    "-year": _("Newest first"),
    "runtime": _("Shortest first"),
}


def decade_choices() -> list[tuple[str, Any]]:
    """Return the decades that films are from."""
    return [("", _("Any decade")), *((str(decade), words.decade(decade)) for decade in decades())]


def genre_choices() -> list[tuple[str, Any]]:
    """Return the genres by the names that the visitor reads, in their order."""
    return [("", _("Any genre")), *words.in_order(((name, words.genre(name)) for name in GENRES), lambda pair: pair[1])]


class BrowseForm(forms.Form):
    """Filters of /browse; an empty field filters nothing."""

    genre = forms.ChoiceField(label=_("Genre"), required=False, choices=genre_choices)
    decade = forms.ChoiceField(label=_("Decade"), required=False, choices=decade_choices)
    length = forms.ChoiceField(label=_("Length"), required=False, choices=[(band, band) for band in LENGTHS])
    votes = forms.ChoiceField(label=_("Votes"), required=False, choices=[(band, band) for band in VOTES])
    playable = forms.BooleanField(label=_("Plays here tonight"), required=False)
    hide = forms.ChoiceField(label=_("Hide"), required=False, choices=[("seen", _("What I have rated"))])
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(key, SORT_WORDS[key]) for key in SORTS], initial="rank"
    )


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """The page itself says where to go when the password is lost."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own forms take no parameter at run time
    """A member's choices, each with what follows from it."""

    class Meta:
        model = Preferences
        fields = ("personal", "own_first", "record_plays")
        labels = {
            "personal": _("Recommend from my own ratings"),
            "own_first": _("Hide what others gave until I have rated"),
            "record_plays": _("Keep what I watch"),
        }
        help_texts = {
            "personal": _(
                "Without it no page reads your ratings to recommend anything; the chart is the same for all."
            ),
            "own_first": _(
                "A number seen before pulls one's own towards it. A film's means and bars stay folded until then."
            ),
            "record_plays": _(
                "Where you stopped, and what you saw to the end: that may teach recommendations, too."
                " Without it nothing is written down."
            ),
        }
