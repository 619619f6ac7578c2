"""The measurements of a property as bars: one for each number that can be drawn, the two systems on one scale."""

from math import log10
from typing import Any

from catalog.selectors.properties import Measure, Property
from catalog.views import property_words as words
from catalog.views.measured import printed

WIDE = 1000
TENFOLDS = 9  # the scale of the numbers that govern: from 1 to a thousand million, by tenfolds
EDITIONS = ("recounted", "first-recounted")  # the same to the last digit, or nothing


def bars(found: Property) -> list[dict[str, Any]]:
    """Return bars in pairs where both systems were measured alike; what was not measured, or is no amount, has none."""
    most = max((float(one.value or 0) for one in _of(found, "lines")), default=0) or 1
    told = [
        _bar(which, one, *span)
        for which, side in (("software", found.software), ("learning", found.learning))
        for one in side.measures
        if (span := _drawn(one, most))
    ]
    keys = [bar["key"] for bar in told]
    return sorted(told, key=lambda bar: keys.index(bar["key"]))  # what both have stands together


def _of(found: Property, key: str) -> list[Measure]:
    return [one for side in (found.software, found.learning) for one in side.measures if one.key == key]


def _drawn(measure: Measure, most: float) -> tuple[int, int, int | None] | None:
    """Return where a bar begins and how wide it is, and where a dot stands on it, if any."""
    value, of = measure.value, measure.of
    if value is None or isinstance(value, str):
        return None
    if measure.key == "lines":
        return 0, _wide(value / most), None
    if measure.key == "numbers":
        return 0, _wide(log10(max(1, value)) / TENFOLDS), None
    if measure.key == "stability":
        return 0, _wide(float(value)), None
    if measure.key == "gain":
        return _gain(float(value), float(of or 0))
    if measure.key in EDITIONS:
        return 0, WIDE if value else 0, None
    return (0, _wide(value / of), None) if isinstance(of, int) and of else None


def _gain(value: float, error: float) -> tuple[int, int, int]:
    """Return two standard errors to either side of a gain, and the gain; nothing gained stands in the middle."""
    reach = max(abs(value) + 2 * error, 1e-9)
    low, high = ((value + side * 2 * error) / reach for side in (-1, 1))
    start = round(WIDE / 2 * (1 + low))
    return start, max(4, round(WIDE / 2 * (1 + high)) - start), round(WIDE / 2 * (1 + value / reach))


def _wide(share: float) -> int:
    return round(WIDE * min(1.0, max(0.0, share)))


def _bar(which: str, measure: Measure, start: int, width: int, dot: int | None) -> dict[str, Any]:
    return {
        "key": measure.key,
        "which": which,
        "words": words.BARS.get(measure.key, words.MEASURES[measure.key]),
        "value": printed(measure),
        "start": start,
        "width": width,
        "dot": dot,
    }
