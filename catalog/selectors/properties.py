"""The five properties of the two systems: what was measured here, and whether each claim holds by a stated rule.

Everything is None where it is unknown, and `why` says why. The words for people are the page's.
"""

from dataclasses import dataclass

from django.conf import settings

from catalog.models import ChartEdition
from catalog.recsys.formula import KEY as FORMULA
from catalog.selectors import measurements
from catalog.selectors.judges import FIRST, Judge
from catalog.selectors.measurements import Asked
from mlops import ledger, serving
from mlops.errors import MlopsError
from mlops.ledger import Figures

Value = int | float | str | None


@dataclass(frozen=True)
class Measure:
    """One measured value under its key; None is unknown, and why is the key of the reason."""

    key: str
    value: Value
    why: str = ""
    of: Value = None  # what the value is a part of, or its standard error


@dataclass(frozen=True)
class Side:
    """One system's measurements of one property, and whether its claim holds; None when too much is unknown."""

    measures: tuple[Measure, ...]
    holds: bool | None


@dataclass(frozen=True)
class Property:
    key: str
    software: Side
    learning: Side


def properties(found: Judge | None, edition: ChartEdition | None) -> list[Property]:
    """Return the five properties in the order the notes give them. found: the learned version in service, if any."""
    asked = measurements.asked_of(found.label) if found else None
    figures = ledger.figures(found.key, found.number) if found else None
    lack = "" if found else "nothing-serves"
    return [
        _complexity(found, figures, lack),
        _debugging(edition, asked, lack),
        _new_data(asked, figures, lack),
        _determinism(edition, figures, lack),
        _drift(asked, figures, lack),
    ]


def _complexity(found: Judge | None, figures: Figures | None, lack: str) -> Property:
    lines = measurements.lines_of(measurements.SOFTWARE_MODULES)
    learned_lines = measurements.learned_lines(found.key if found else FIRST)
    numbers = _formula_numbers()
    learned = sum(array.size for array in found.model.arrays().values()) if found else None
    seconds = figures.seconds.get("fit") if figures else None
    software = (
        Measure("lines", lines),
        Measure("numbers", numbers, "formula-away"),
        Measure("seconds-to-train", 0),
    )
    learning = (
        Measure("lines", learned_lines),
        Measure("numbers", learned, lack),
        Measure("seconds-to-train", seconds, lack or "no-steps"),
    )
    return Property(
        "complexity",
        Side(software, None if numbers is None else lines < 300 and numbers <= 10),
        Side(learning, None if learned is None or numbers is None else learned_lines > lines and learned > numbers),
    )


def _formula_numbers() -> int | None:
    try:
        return sum(array.size for array in serving.served(FORMULA).model.arrays().values())
    except MlopsError:
        return None


def _debugging(edition: ChartEdition | None, asked: Asked | None, lack: str) -> Property:
    ranks = measurements.receipts_of_ranks(edition)
    places = asked.receipts if asked else None
    unasked = lack or "nobody-to-ask"
    software = (Measure("exact-ranks", ranks.exact if ranks.asked else None, "no-edition", ranks.asked),)
    learning = (
        Measure(
            "exact-places", places.exact if places and places.asked else None, unasked, places.asked if places else None
        ),
        Measure("exact-guesses", 0 if asked and asked.guesses else None, unasked, asked.guesses if asked else None),
    )
    whole = None
    if places and places.asked and asked:
        whole = places.exact == places.asked and not asked.guesses
    return Property(
        "debugging",
        Side(software, ranks.exact == ranks.asked if ranks.asked else None),
        Side(learning, None if whole is None else not whole),
    )


def _new_data(asked: Asked | None, figures: Figures | None, lack: str) -> Property:
    rules, gain = measurements.rules(), figures.metrics.get("data-gain") if figures else None
    software = (
        Measure(
            "rule-changes", rules.settings - rules.versions if rules.editions else None, "no-edition", rules.editions
        ),
        Measure("seconds-to-print", settings.EDITION_EVERY),
    )
    learning = (
        Measure("gain", gain.value if gain else None, lack or "no-gain", gain.error if gain else None),
        Measure("seconds-to-list", asked.milliseconds if asked else None, lack or "nobody-to-ask"),
    )
    return Property(
        "new-data",
        Side(software, rules.settings == rules.versions if rules.editions else None),
        Side(learning, None if gain is None or gain.error is None else gain.value > 2 * gain.error),
    )


def _determinism(edition: ChartEdition | None, figures: Figures | None, lack: str) -> Property:
    again = measurements.recounted(edition)
    films = again.films if again else None
    reruns, spread = (figures.reruns, figures.metrics.get("list-stability")) if figures else (None, None)
    software = (Measure("recounted", films, "no-edition", again.number if again else None),)
    learning = (
        Measure("same-digest", reruns.same if reruns else None, lack or "no-reruns", reruns.runs if reruns else None),
        Measure("stability", spread.value if spread else None, lack or "no-stability"),
    )
    return Property(
        "determinism",
        Side(software, bool(films) if again and films is not None else None),
        Side(learning, None if spread is None else spread.value < 1),
    )


def _drift(asked: Asked | None, figures: Figures | None, lack: str) -> Property:
    first = measurements.recounted(measurements.first_kept())
    drift = figures.drift if figures else None
    software = (
        Measure("first-recounted", first.films if first else None, "no-edition", first.number if first else None),
    )
    learning = (
        Measure(
            "asked-again",
            asked.again if asked and asked.visitors else None,
            lack or "nobody-to-ask",
            asked.receipts.asked if asked else None,
        ),
        Measure(
            "columns-moved",
            len(drift.moved) if drift else None,
            lack or "no-drift-report",
            len(drift.columns) if drift else None,
        ),
    )
    return Property(
        "drift",
        Side(software, bool(first.films) if first and first.films is not None else None),
        Side(learning, bool(drift.moved) if drift else None),
    )
