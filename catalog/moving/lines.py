"""What a file brings, line by line, whatever site it is from."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from catalog.moving.refusals import BadCell

RATING, SEEN, WATCHED, LIST, ENTRY = "RATING", "SEEN", "WATCHED", "LIST", "ENTRY"
HIDDEN, PLAY, ALERT, CHOICES = "HIDDEN", "PLAY", "ALERT", "CHOICES"
WATCHLIST = ""  # the title that stands for the watchlist


@dataclass(frozen=True)
class Line:
    """One line of a file. facts: what there is beside the film: value, rated_at, seen_on, note, list and the like, as JSON.

    film: the number it has here, when the file is our own. names: other titles of the same film. problem: why it cannot
    be taken; then nothing else counts.
    """

    kind: str
    file: str
    line: int
    title: str = ""
    year: int | None = None
    film: int | None = None
    names: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    problem: BadCell | None = None


@dataclass(frozen=True)
class Brought:
    """All that an upload holds: where it is from, its lines in the order they are to be taken, and files left aside."""

    origin: str
    lines: list[Line]
    aside: list[str]


def noon(day: date) -> str:
    """Return the moment that stands for a day of which the file says no hour: the same day from UTC−12 to UTC+11."""
    return datetime.combine(day, time(12), UTC).isoformat()
