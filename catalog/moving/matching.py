"""Which film a line means: by number, then by title and year; what is not certain is left to the member."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from catalog import titles
from catalog.moving.lines import Line

MOST = 6  # candidates shown


@dataclass(frozen=True)
class Named:
    """A film as the catalogue names it."""

    id: int
    title: str
    year: int


@dataclass(frozen=True)
class Match:
    """film: the one that is meant, when that is certain; candidates: those it may be, when it is not."""

    film: int | None = None
    candidates: tuple[int, ...] = ()


class Films:
    """The films of a catalogue by every name they have."""

    def __init__(self, films: Iterable[Named]) -> None:
        self.by_id: dict[int, Named] = {}
        self.by_name: dict[str, set[int]] = defaultdict(set)
        for film in films:
            self.by_id[film.id] = film
            for name in names(film.title):
                self.by_name[name].add(film.id)

    def match(self, line: Line) -> Match:
        """Return which film a line means. Years may differ by one between sources: then it is for the member to say."""
        if line.ref.startswith("film:"):
            return self._own(line)
        found = {film for name in names(line.title) for film in self.by_name.get(name, ())}
        if line.year is not None:
            exact = [film for film in found if self.by_id[film].year == line.year]
            if len(exact) == 1:
                return Match(exact[0])
            found = set(exact) or {film for film in found if abs(self.by_id[film].year - line.year) <= 1}
        ranked = sorted(found, key=lambda film: (abs(self.by_id[film].year - (line.year or 0)), film))
        return Match(None, tuple(ranked[:MOST]))

    def _own(self, line: Line) -> Match:
        number = line.ref.removeprefix("film:")
        film = self.by_id.get(int(number)) if number.isdigit() and len(number) < 19 else None
        if film is not None and film.year == line.year and names(film.title) & names(line.title):
            return Match(film.id)
        elsewhere = self.match(Line(line.kind, line.file, line.number, line.title, line.year))
        if film is None or elsewhere.film:
            return elsewhere
        return Match(None, (film.id, *(one for one in elsewhere.candidates if one != film.id))[:MOST])


def names(title: str) -> set[str]:
    """Return the keys a title is found by: whole, without what stands in parentheses, and each name in there."""
    every = (title, titles.main_name(title), *titles.other_names(title))
    return {titles.sort_title(name).replace(" ", "") for name in every if name.strip()}
