"""Seeded choices that stay the same for ever, on every machine and Python."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices drawn from SHA-256 of a key; never from Python's hash or random."""

    def __init__(self, key: str) -> None:
        self._key = key.encode("utf-8", "replace")
        self._drawn = 0

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to limit - 1."""
        block = sha256(self._key + b"|%d" % self._drawn).digest()
        self._drawn += 1
        return int.from_bytes(block[:6], "big") % limit

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def chance(self, percent: int) -> bool:
        """Say yes in about that many cases of a hundred."""
        return self.below(100) < percent
