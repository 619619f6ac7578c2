"""Random whole numbers that are the same on every platform and in every release of numpy."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Item = TypeVar("Item")
UNIT: Final = 256  # one in the fixed-point logarithms below


class Draws:
    """Draws from the raw stream of PCG64, which numpy promises not to change, unlike its distributions (NEP 19).

    Everything made of them is integer arithmetic, so no platform's rounding shows. seed: 0 or more, else ValueError;
    stream: keeps draws for different purposes apart.
    """

    def __init__(self, seed: int, stream: int) -> None:
        self._bits = np.random.PCG64([seed, stream])

    def below(self, bound: int) -> int:
        """Return one of 0…bound-1, for a bound up to 2**31."""
        return (int(self._bits.random_raw()) >> 32) * bound >> 32

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[self.below(len(items))]

    def around(self, width: int, rounds: int = 4) -> int:
        """Return a bell-shaped number about 0: the sum of `rounds` draws from -width…width."""
        return sum(self.below(2 * width + 1) for _ in range(rounds)) - rounds * width

    def array(self, bound: int, *shape: int) -> Ints:
        """Return an array of this shape of 0…bound-1, for a bound up to 2**31."""
        raw = self._raw(*shape) >> np.uint64(32)
        return (raw * np.uint64(bound) >> np.uint64(32)).astype(np.int64)

    def bell(self, width: int, *shape: int) -> Ints:
        """Return an array of this shape of bell-shaped numbers about 0, each a sum of four draws from -width…width."""
        return np.asarray(self.array(2 * width + 1, 4, *shape).sum(axis=0) - 4 * width, dtype=np.int64)

    def order(self, size: int) -> Ints:
        """Return 0…size-1 shuffled, shape (size,)."""
        return np.argsort(self._raw(size), kind="stable").astype(np.int64)

    def gumbel(self, size: int) -> Ints:
        """Return (size,) draws, about Gumbel, times UNIT over ln 2: adding them to log-weights and taking the largest
        draws without replacement by weight."""
        waits = 53 * UNIT - log2(((self._raw(size) >> np.uint64(11)) | np.uint64(1)).astype(np.int64))
        return -log2(np.maximum(waits, 1))

    def _raw(self, *shape: int) -> npt.NDArray[np.uint64]:
        return self._bits.random_raw(int(np.prod(shape))).reshape(shape)


def log2(values: Ints) -> Ints:
    """Return the base-2 logarithm of positive integers below 2**53, times UNIT, linear between powers.

    At most 0.09 too low; exact in every bit on every platform, which a library's logarithm is not.
    """
    mantissas, exponents = np.frexp(values.astype(np.float64))
    return ((exponents - 1) * UNIT + (mantissas * (2 * UNIT)).astype(np.int64) - UNIT).astype(np.int64)


def between(points: Sequence[tuple[int, int]], position: int, length: int) -> int:
    """Return the value at `position` of `length` on the line through points (1/10,000, value), rounded down."""
    share = position * 10_000 // max(length, 1)
    low, high = next((low, high) for low, high in pairwise(points) if share <= high[0])
    along, span = position * 10_000 - low[0] * length, (high[0] - low[0]) * length
    return low[1] + (high[1] - low[1]) * along // max(span, 1)
