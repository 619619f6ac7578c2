"""What a file of licences would do, line by line: read before anything is written, and again inside each transaction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from django.utils.translation import gettext as _

from catalog.models import Licence, Movie
from catalog.territories import TERRITORIES

COLUMNS = ("film", "title", "territory", "first_day", "last_day")
CHUNK = 1_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # no weeks: 2027-W01-1 is a day to Python, and hardly meant
Act = Literal["new", "changed", "same", "refused"]
Key = tuple[int, str, date]  # film, territory, first day: what a licence is known by


@dataclass(frozen=True)
class Line:
    """A line of the file: its number there, and its cells by column. Empty title: it is not held against the film's."""

    number: int
    cells: Mapping[str, str]


@dataclass
class Planned:
    """What becomes of a line. licence: what is held until now; problems refuse it, warnings do not."""

    line: Line
    act: Act = "refused"
    film: Movie | None = None
    key: Key | None = None
    last: date | None = None
    licence: Licence | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def plan(lines: Sequence[Line], *, lock: bool = False) -> list[Planned]:
    """Return what becomes of each line as the catalogue stands now. lock: hold the licences until the transaction ends."""
    planned = [_read(line) for line in lines]
    numbers = {found.key[0] for found in planned if found.key}
    films, held = _films(numbers), _held(numbers, lock)
    named: dict[Key, int] = {}
    for found in planned:
        if found.key:
            _judge(found, films, held, named)
    return planned


def _read(line: Line) -> Planned:
    found = Planned(line)
    film, first = _number(found), _day(found, "first_day")
    found.last = _day(found, "last_day")
    territory = line.cells["territory"].upper()
    if territory not in TERRITORIES:
        words = _("«%(cell)s» is no territory: write one of %(codes)s.")
        found.problems.append(("territory", words % {"cell": territory, "codes": ", ".join(TERRITORIES)}))
    if first and found.last and found.last < first:
        found.problems.append(("last_day", _("The last day is before the first: correct one of the two.")))
    if film and first and not found.problems:
        found.key = film, territory, first
    return found


def _number(found: Planned) -> int:
    cell = found.line.cells["film"]
    if cell.isascii() and cell.isdigit() and len(cell) < 10:
        return int(cell)
    found.problems.append(("film", _("«%(cell)s» is no film's number: write it in figures.") % {"cell": cell}))
    return 0


def _day(found: Planned, column: str) -> date | None:
    cell = found.line.cells[column]
    try:
        return date.fromisoformat(cell) if _DAY.fullmatch(cell) else _no_day(cell)
    except ValueError:
        words = _("«%(cell)s» is no day: write it as 2027-03-31.")
        found.problems.append((column, words % {"cell": cell}))
        return None


def _no_day(cell: str) -> date:
    raise ValueError(cell)


def _films(numbers: Iterable[int]) -> dict[int, Movie]:
    ordered = sorted(numbers)
    chunks = (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
    return {film.pk: film for chunk in chunks for film in Movie.objects.filter(pk__in=chunk)}


def _held(numbers: Iterable[int], lock: bool) -> dict[int, list[Licence]]:
    held: dict[int, list[Licence]] = {}
    ordered = sorted(numbers)
    for start in range(0, len(ordered), CHUNK):
        rows = Licence.objects.filter(movie_id__in=ordered[start : start + CHUNK]).order_by("movie_id", "pk")
        for licence in rows.select_for_update() if lock else rows:
            held.setdefault(licence.movie_id, []).append(licence)
    return held


def _judge(
    found: Planned, films: Mapping[int, Movie], held: Mapping[int, list[Licence]], named: dict[Key, int]
) -> None:
    assert found.key
    assert found.last
    number, territory, first = found.key
    found.film = films.get(number)
    if found.film is None:
        found.problems.append(("film", _("There is no film with the number %(n)s.") % {"n": number}))
        return
    title = found.line.cells.get("title", "")
    if title and title.casefold() != found.film.title.casefold():
        words = _("Film %(n)s is «%(title)s»: correct the number, or leave the title empty.")
        found.problems.append(("title", words % {"n": number, "title": found.film.title}))
    if found.key in named:
        words = _("Line %(line)s is of the same film, territory and first day: keep one of the two.")
        found.problems.append(("first_day", words % {"line": named[found.key]}))
    if found.problems:
        return
    named[found.key] = found.line.number
    others = [licence for licence in held.get(number, []) if licence.territory == territory]
    known = next((licence for licence in others if licence.starts_on == first), None)
    found.licence = known
    found.act = "new" if known is None else "same" if known.ends_on == found.last else "changed"
    for licence in others:
        if licence is not known and licence.starts_on <= found.last and first <= licence.ends_on:
            words = _("Overlaps with what is held from %(first)s to %(last)s.")
            found.warnings.append(words % {"first": licence.starts_on, "last": licence.ends_on})
