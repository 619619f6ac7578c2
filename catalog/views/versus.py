"""The two judges beside each other: how far they agree, the films they disagree on, five properties measured here."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.models import ChartEdition
from catalog.selectors import charts, disagreements, judges, properties
from catalog.selectors import recommendations as reads
from catalog.selectors.judges import Judge
from catalog.selectors.properties import Measure, Property, Side
from catalog.selectors.tastes import Taste
from catalog.views import agreement, asking, property_pictures, split_words
from catalog.views import property_words as words
from catalog.views.measured import printed
from catalog.views.private import private


def versus(request: HttpRequest) -> HttpResponse:
    """Where the two agree and where not, for a newcomer and for this visitor; then each property with its claim."""
    taste = asking.taste_of(request)
    bench, edition = judges.sitting(taste.judge), charts.newest()
    context = {
        "judge": bench.judge,
        "lack": bench.lack,
        "absent": bench.absent,
        "edition": edition,
        "properties": [_told(found) for found in properties.properties(bench.judge, edition)],
        "head": disagreements.HEAD,
        "off": not taste.personal,
        "stranger": not request.user.is_authenticated,
        **_compared(bench.judge, edition, taste),
    }
    page = render(request, "catalog/vs.html", context)
    return private(page) if request.user.is_authenticated or taste != Taste() else page


def _compared(judge: Judge | None, edition: ChartEdition | None, taste: Taste) -> dict[str, Any]:
    """Return how far the judges agree, and the greatest splits: this visitor's own when their ratings say anything."""
    if judge is None or edition is None:
        return {"split": None}
    everybody = disagreements.orders(judge, edition)
    own = disagreements.orders(judge, edition, taste) if reads.likes(judge.model, taste.ratings) else None
    split = disagreements.disagreements(judge, own or everybody, taste if own else None)
    return {
        "agreement": agreement.drawn(everybody, own),
        "split": split,
        "learned_ahead": [split_words.told(one, split, edition, True) for one in split.learned_ahead],
        "chart_ahead": [split_words.told(one, split, edition, False) for one in split.chart_ahead],
    }


def _told(found: Property) -> dict[str, Any]:
    return {
        "key": found.key,
        "title": words.TITLES[found.key],
        "definition": words.DEFINITIONS[found.key],
        "bars": property_pictures.bars(found),
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
