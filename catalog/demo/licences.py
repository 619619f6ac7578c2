"""Generated rights for demo films: no contract stands behind them, and the pages say so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Final

WORLD: Final = "001"  # UN M49
HOME: Final = "GB"
TERRITORIES: Final = ("GB", "US", "DE", "FR", "IT", "ES", "BR", "JP")
SHORTEST, LONGEST = 183, 1826  # days, half a year to five years
LEAVING_EVERY: Final = 100  # of so many films one leaves soon after this month


@dataclass(frozen=True)
class DemoLicence:
    """A generated right to show a film. territory: UN M49 "001" or ISO 3166 code; both days are included."""

    film_id: int
    territory: str
    starts_on: date
    ends_on: date


def generated_licences(seed: int, film_ids: Iterable[int], today: date) -> Iterator[DemoLicence]:
    """Yield invented licences in order of film, territory, first day; no two of a film and territory overlap.

    Days count from the first of today's month, so all days of a month give the same licences. About half of
    the films are licensed for the whole world, 3 % nowhere, the rest in 1–5 countries, mostly with Britain; some
    windows have ended or lie ahead. The lowest id ends 30 days after the first of the month, so
    something leaves soon on every day of it.
    """
    anchor = today.replace(day=1)
    for place, film_id in enumerate(sorted(set(film_ids))):
        dice = _Dice(seed, film_id)
        if place % LEAVING_EVERY == 0:
            last = anchor + timedelta(days=30 + place // LEAVING_EVERY % 5 * 6)
            yield DemoLicence(film_id, WORLD, last - timedelta(days=dice.length() - 1), last)
        elif dice.below(100) >= 3:
            for territory in sorted(_territories(dice)):
                for first, last in _windows(dice, anchor):
                    yield DemoLicence(film_id, territory, first, last)


class _Dice:
    """Draws for one film: a film's rights do not depend on which other films there are, its place apart."""

    def __init__(self, seed: int, film_id: int) -> None:
        self._state = f"{seed}:{film_id}".encode()

    def below(self, bound: int) -> int:
        self._state = blake2b(self._state, digest_size=8).digest()
        return int.from_bytes(self._state, "big") % bound

    def length(self) -> int:
        return SHORTEST + self.below(LONGEST - SHORTEST + 1)


def _territories(dice: _Dice) -> set[str]:
    if dice.below(100) < 51:
        return {WORLD}
    chosen = set() if dice.below(100) < 4 else {HOME}
    extra = 1 + dice.below(5) - len(chosen)
    abroad = [code for code in TERRITORIES if code != HOME]
    return chosen | {abroad.pop(dice.below(len(abroad))) for _ in range(extra)}


def _windows(dice: _Dice, anchor: date) -> Iterator[tuple[date, date]]:
    """Yield first and last days, earliest first: ended, or ahead, or running now, one in eight of these a renewal."""
    kind, days = dice.below(100), dice.length()
    if kind < 3:
        last = anchor - timedelta(days=1 + dice.below(400))
        yield last - timedelta(days=days - 1), last
    elif kind < 5:
        first = anchor + timedelta(days=32 + dice.below(240))
        yield first, first + timedelta(days=days - 1)
    else:
        first = anchor - timedelta(days=dice.below(days))
        if dice.below(8) == 0:
            yield first - timedelta(days=dice.length()), first - timedelta(days=1)
        yield first, first + timedelta(days=days - 1)
