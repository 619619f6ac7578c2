"""How unsure each learned weight is: one byte an entry, and one calibrated factor for all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

STEPS = 8  # codes to a doubling: a kept spread is within 4.5 % of the measured one
MOST = 255
MOST_INFLATION = 1e6  # beyond this a factor is no measurement
Floats = npt.NDArray[np.floating]
Codes = npt.NDArray[np.uint8]

_UNITS = np.concatenate([[0.0], 2.0 ** (np.arange(MOST) / STEPS)])  # what a code stands for, in units of a weight


def encoded(spread: Floats) -> Codes:
    """Return codes of non-negative spreads in units of a weight: 0 below half a unit, else 1 + 8·log2(spread), rounded."""
    with np.errstate(divide="ignore"):
        codes = 1 + np.rint(STEPS * np.log2(spread))
    return np.where(spread < 0.5, 0, np.clip(codes, 1, MOST)).astype(np.uint8)


def decoded(codes: Codes) -> npt.NDArray[np.float64]:
    """Return the spreads that codes stand for, in units of a weight."""
    units: npt.NDArray[np.float64] = _UNITS[codes]
    return units


@dataclass(frozen=True, eq=False)
class Spread:
    """codes: uint8 of shape (films, films), as of the weights; inflation: half of a rank interval over the plain spread.

    Weights of one refit move together, so the root of summed squares is too small or too large; inflation is the
    one factor that makes the intervals cover their share, measured on refits.
    """

    codes: Codes
    inflation: float

    def half_widths(self, liked: npt.NDArray[np.intp], listed: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Return how far each listed film's score may be off, in units of a score: inflation · √Σ spread². Shape (listed,)."""
        return self.inflation * plain(self.codes, liked, listed)


def plain(codes: Codes, liked: npt.NDArray[np.intp], listed: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return √Σ spread² over the liked films' entries, for each listed film, before inflation. Shape (listed,)."""
    squares: npt.NDArray[np.float64] = np.square(decoded(codes[np.ix_(liked, listed)])).sum(axis=0)
    return np.sqrt(squares)
