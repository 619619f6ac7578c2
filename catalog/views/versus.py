"""The two judges beside each other: five properties measured here, and the films they disagree on."""

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from catalog.models import ChartEdition, User
from catalog.selectors import charts, disagreements, properties
from catalog.selectors import recommendations as reads
from catalog.selectors.properties import Measure, Property, Side
from catalog.selectors.recommendations import Judge
from catalog.views import property_words as words
from catalog.views.private import private
from catalog.words import figure

WHOLE = _("%(value)s of %(of)s")
EDITION = _("%(value)s, edition %(of)s")
EDITIONS = ("recounted", "first-recounted")  # counts whose «of» is an edition's number


def versus(request: HttpRequest) -> HttpResponse:
    """Each property with its claim, our definition, the measurement, and whether it holds."""
    judge, lack = reads.at_work()
    edition = charts.newest()
    context = {
        "judge": judge,
        "lack": lack,
        "edition": edition,
        "properties": [_told(found) for found in properties.properties(judge, edition)],
        "split": _split(request, judge, edition),
        "head": disagreements.HEAD,
    }
    page = render(request, "catalog/vs.html", context)
    return private(page) if request.user.is_authenticated else page


def _split(request: HttpRequest, judge: Judge | None, edition: ChartEdition | None) -> Any:
    """Return where the judges disagree: for this visitor if their ratings say anything, else for nobody in particular."""
    if judge is None or edition is None:
        return None
    if isinstance(request.user, User):
        given = reads.ratings_of(request.user)
        if reads.likes(judge.model, given):
            hidden = reads.hidden_by(request.user).values_list("movie_id", flat=True)
            return disagreements.disagreements(judge, edition, given, set(hidden), personal=True)
    return disagreements.disagreements(judge, edition, {}, personal=False)


def _told(found: Property) -> dict[str, Any]:
    return {
        "key": found.key,
        "title": words.TITLES[found.key],
        "definition": words.DEFINITIONS[found.key],
        "software": _side(found.key, "software", found.software),
        "learning": _side(found.key, "learning", found.learning),
    }


def _side(key: str, which: str, side: Side) -> dict[str, Any]:
    return {
        "claim": words.CLAIMS[key, which],
        "rule": words.RULES[key, which],
        "holds": side.holds,
        "measures": [_measure(measure) for measure in side.measures],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    known = measure.value is not None
    return {
        "words": words.MEASURES[measure.key],
        "known": known,
        "value": printed(measure) if known else "",
        "why": "" if known else words.UNKNOWN[measure.why],
    }


def printed(measure: Measure) -> str:
    """Return a measured value as text: counts with their whole, shares as per cents, errors as ±."""
    value, of = measure.value, measure.of
    if measure.key == "seconds-to-list":
        return figure(f"{float(value or 0) / 1000:.3f}")
    if measure.key == "stability":
        return f"{float(value or 0) * 100:.0f} %"
    if measure.key == "gain":
        return figure(f"{float(value or 0):+.4f}" + (f" ± {float(of):.4f}" if of is not None else ""))
    if isinstance(value, float):
        return figure(f"{value:,.1f}")
    if of is None:
        return intcomma(value)
    form = EDITION if measure.key in EDITIONS else WHOLE
    return form % {"value": intcomma(value), "of": intcomma(of)}
