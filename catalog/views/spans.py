"""Intervals as pictures: thin bars on one scale, beside the words that say the same."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDE = 1000


@dataclass(frozen=True)
class Span:
    """A bar from x, so wide, with its middle: whole thousandths of the picture's width."""

    x: int
    width: int
    middle: int


@dataclass(frozen=True)
class Scale:
    """What a picture's left and right edge stand for, in millionths of a point."""

    low: int
    high: int

    @classmethod
    def around(cls, values: Iterable[tuple[int, int]]) -> "Scale":
        """Return the scale on which all of these (middle, half-width) fit."""
        pairs = list(values)
        return cls(min(wr - half for wr, half in pairs), max(wr + half for wr, half in pairs))

    def span(self, wr: int, half: int) -> Span:
        """Return the bar of one interval; it is never thinner than can be seen."""
        size = max(1, self.high - self.low)
        left, right, middle = ((value - self.low) * WIDE // size for value in (wr - half, wr + half, wr))
        return Span(left, max(6, right - left), middle)
