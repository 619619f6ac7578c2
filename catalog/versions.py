"""Versions of the API's behaviour, each by the day from which on it holds; and what is about to go.

The path names the major version. What may change within a version, and what may not, is in docs/api.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

VERSIONS = ("2026-11-01",)  # oldest first; each is kept for two years after a newer one
NEWEST = VERSIONS[-1]


@dataclass(frozen=True)
class Deprecation:
    """An operation that is about to go. at: since when that is said; sunset: from when on it answers no more.

    docs: the address that says what to use instead. brownouts: hours before the end in which it answers nothing for a
    while, so that whoever missed all else notices: moments and how long each takes.
    """

    at: datetime
    sunset: datetime
    docs: str
    brownouts: tuple[tuple[datetime, timedelta], ...] = ()

    def __post_init__(self) -> None:
        if self.sunset < self.at:
            raise ValueError("sunset: nothing goes before it was said to go")

    def is_out(self, now: datetime) -> bool:
        """Say whether it answers nothing at a moment: it is gone, or in a brown-out."""
        return now >= self.sunset or any(start <= now < start + lasts for start, lasts in self.brownouts)
