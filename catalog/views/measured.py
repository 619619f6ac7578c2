"""Measured values as text."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext_lazy as _

from catalog.selectors.properties import Measure
from catalog.words import figure

WHOLE = _("%(value)s of %(of)s")
EDITION = _("%(value)s, edition %(of)s")
EDITIONS = ("recounted", "first-recounted")  # counts whose «of» is an edition's number


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
