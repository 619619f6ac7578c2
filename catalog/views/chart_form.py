"""What may be asked of a chart beyond the one in force: a day, m, the floor, the rule for C. All of it is in the address."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import ChartEdition
from catalog.recsys.knobs import MOST, Knobs
from catalog.selectors import charts, past
from catalog.selectors.documents import decimal

KNOBS = ("m", "floor", "c", "value")
ASKED = ("at", *KNOBS)
RULES = {
    "films": _("Mean of all films"),
    "listed": _("Mean of the films listed"),
    "votes": _("Mean of all votes"),
    "fixed": _("A number of my own"),
}


def moment(text: str) -> datetime:
    """Return the moment that a text means: a day is its last second in UTC, a time without a zone is UTC. Raises ValueError."""
    day = parse_date(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    if day:
        return datetime.combine(day, time.max, UTC)
    found = parse_datetime(re.sub(r" (\d\d:?\d\d)$", r"+\1", text) if "T" in text else text)  # «+» arrives as a space
    if found is None:
        raise ValueError(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _all(words: Any) -> dict[str, Any]:
    """Return one sentence for whatever is wrong with a field: what it is and what it may be."""
    codes = (
        "invalid",
        "min_value",
        "max_value",
        "invalid_choice",
        "max_digits",
        "max_decimal_places",
        "max_whole_digits",
    )
    return dict.fromkeys(codes, words)


M_WORDS = _all(_("The added votes m are a whole number from 0 to 1,000,000,000, such as 25000."))
FLOOR_WORDS = _all(_("The least votes are a whole number from 1 to 1,000,000,000, such as 1000."))
C_WORDS = _all(_("What C is, is one of these four: choose one of the list."))
VALUE_WORDS = _all(_("My own C is a number from 1 to 10 with four decimals at most, such as 6.5."))


class ChartForm(forms.Form):
    """A day and the knobs; what is left empty is as in the edition in force then."""

    at = forms.CharField(label=_("The chart as it stood on"), required=False, max_length=40)
    m = forms.IntegerField(
        label=_("Added votes m"), required=False, min_value=0, max_value=MOST, error_messages=M_WORDS
    )
    floor = forms.IntegerField(
        label=_("Least votes"), required=False, min_value=1, max_value=MOST, error_messages=FLOOR_WORDS
    )
    c = forms.ChoiceField(label=_("What C is"), required=False, choices=list(RULES.items()), error_messages=C_WORDS)
    value = forms.DecimalField(
        label=_("My own C"),
        required=False,
        min_value=1,
        max_value=10,
        max_digits=6,
        decimal_places=4,
        error_messages=VALUE_WORDS,
    )
    edition: ChartEdition | None = None
    _errors: ErrorDict | None

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__({name: given.get(name, "").strip() for name in ASKED}, auto_id="chart-%s")
        day = self.data["at"]
        plain = not day or re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)
        self.fields["at"].widget = forms.DateInput(attrs={"type": "date"}) if plain else forms.TextInput()

    @property
    def turns(self) -> bool:
        """Return whether a knob is asked for."""
        return any(self.data[name] for name in KNOBS)

    def knob_data(self) -> list[tuple[str, str]]:
        """Return the knobs that are given, as the address has them."""
        return [(name, self.data[name]) for name in KNOBS if self.data[name]]

    def clean_at(self) -> str:
        text = str(self.cleaned_data["at"])
        try:
            self.edition = past.in_force(moment(text)) if text else charts.newest()
        except (OverflowError, ValueError) as error:
            raise ValidationError(gettext("Give a day or a time, such as 2027-03-01 or 2027-03-01T18:00Z.")) from error
        first = past.first()
        if self.edition is None and first:
            day = date_format(first.at, "DATE_FORMAT") + date_format(first.at, ", H:i:s")
            raise ValidationError(
                gettext("The first edition was printed on %(day)s UTC: choose that day or a later one.") % {"day": day}
            )
        return text

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("c") == "fixed" and clean.get("value") is None and "value" not in self.errors:
            self.add_error("value", gettext("Give the number that C is to be, from 1 to 10, such as 6.5."))
        return clean

    def knobs(self) -> Knobs | None:
        """Return the knobs of a valid form, with the edition's own where nothing was given; None when none is turned."""
        if not self.turns or self.edition is None:
            return None
        clean, edition = self.cleaned_data, self.edition
        m = edition.prior_votes if clean["m"] is None else clean["m"]
        floor = edition.floor if clean["floor"] is None else clean["floor"]
        fixed = int(clean["value"].scaleb(4)) if clean["c"] == "fixed" else 0
        return Knobs(m, floor, clean["c"] or "films", fixed)

    def filled(self, edition: ChartEdition) -> "ChartForm":
        """Return the form with the edition's own parameters where a knob was left alone."""
        own = {"m": str(edition.prior_votes), "floor": str(edition.floor), "c": "films"}
        shown = ChartForm(own | {name: text for name, text in self.data.items() if text})
        shown._errors = self._errors or ErrorDict()  # what was found of what was given holds; the rest is in order
        return shown


def script_options(knobs: Knobs) -> str:
    """Return what docs/rerank.py is to be told to weigh by the same rules."""
    rule = decimal(knobs.fixed_e4, 4) if knobs.rule == "fixed" else knobs.rule
    return f"--m {knobs.prior_votes} --floor {knobs.floor} --c {rule}"
