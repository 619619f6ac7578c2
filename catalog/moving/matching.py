"""Which film a line means: by number where the file knows ours, else by title and year, give or take one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from catalog import titles

SURE, DOUBTFUL, UNKNOWN = "SURE", "DOUBTFUL", "UNKNOWN"
NEAR = 0.86  # how like each other two names are that one may be a slip of the other
FAR = 5  # years between two dates of one film, at most, for the line to be worth a look
MOST = 5  # candidates shown


@dataclass(frozen=True)
class Match:
    """What was found: the film when it is sure, those it may be when not, the most likely first."""

    state: str
    film: int | None = None
    candidates: tuple[int, ...] = ()


class Index:
    """The catalogue's films by name."""

    def __init__(self, films: Iterable[tuple[int, str, int]]) -> None:
        """films: number, title and year of each."""
        self._years: dict[int, int] = {}
        self._named: dict[str, set[int]] = defaultdict(set)
        self._letters: dict[str, set[str]] = defaultdict(set)
        for film, title, year in films:
            self._years[film] = year
            for name in names(title):
                self._named[name].add(film)
                self._letters[name[:1]].add(name)

    def match(self, title: str, year: int | None, others: Sequence[str] = (), film: int | None = None) -> Match:
        """Return the film of a line. film: the number it has here, if the file says so; taken when the name agrees."""
        wanted = [name for given in (title, *others) for name in names(given)]
        same = {found for name in wanted for found in self._named.get(name, ())}
        if film is not None and film in same and (year is None or self._years[film] == year):
            return Match(SURE, film)
        if year is not None:
            for apart in (0, 1):
                close = [found for found in same if abs(self._years[found] - year) == apart]
                if close:
                    return self._one(close, year)
        if (
            film is not None and film in self._years
        ):  # the number is ours, the name is another: an editor may have changed it
            return self._doubt([film, *same], year, first=film)
        return self._doubt(same, year) if same and self._worth(same, year) else self._near(wanted, year)

    def _one(self, close: list[int], year: int) -> Match:
        return Match(SURE, close[0], ()) if len(close) == 1 else self._doubt(close, year)

    def _worth(self, same: set[int], year: int | None) -> bool:
        return year is None or any(abs(self._years[found] - year) <= FAR for found in same)

    def _doubt(self, films: Iterable[int], year: int | None, first: int | None = None) -> Match:
        ordered = sorted(set(films), key=lambda film: (film != first, abs(self._years[film] - (year or 0)), film))
        return Match(DOUBTFUL, None, tuple(ordered[:MOST]))

    def _near(self, wanted: list[str], year: int | None) -> Match:
        """Look for slips of the pen: a name much alike, of the same year or the one beside it."""
        alike: dict[int, float] = {}
        for name in wanted if year is not None else ():
            for other in self._letters[name[:1]] if len(name) > 4 else ():
                films = [film for film in self._named[other] if abs(self._years[film] - (year or 0)) <= 1]
                if films and (score := _alike(name, other)) >= NEAR:
                    alike |= {film: max(score, alike.get(film, 0)) for film in films}
        best = sorted(alike, key=lambda film: (-alike[film], film))[:MOST]
        return Match(DOUBTFUL, None, tuple(best)) if best else Match(UNKNOWN)


def names(title: str) -> list[str]:
    """Return the keys a title goes by: whole, without what is in parentheses, and what is in them."""
    given = (title, titles.main_name(title), *titles.other_names(title))
    keys = (titles.match_key(name, 0).partition(" ")[2] for name in given if name.strip())
    return list(dict.fromkeys(key for key in keys if key))


def _alike(one: str, other: str) -> float:
    close = SequenceMatcher(None, one, other, autojunk=False)
    return close.ratio() if close.real_quick_ratio() >= NEAR and close.quick_ratio() >= NEAR else 0.0
