"""What the pages of governed rows are made of: facts, grids, bars, logs; each knows its template."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from mlops.admin.words import plain, whole

MOST_NARROW = 4  # columns of a table that a narrow screen takes without scrolling it


@dataclass(frozen=True)
class Cell:
    """One cell: its text, where it leads, and its look (mark: new, changed, gone or soft)."""

    text: str
    href: str = ""
    mark: str = ""
    code: bool = False
    number: bool = False


Shown = Cell | str


def cell(shown: Shown) -> Cell:
    return shown if isinstance(shown, Cell) else Cell(shown)


def num(text: str, mark: str = "") -> Cell:
    """Return a cell set to the right, so that digits stand under digits."""
    return Cell(text, number=True, mark=mark)


def digest(text: str) -> Cell:
    return Cell(text or "—", code=bool(text))


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    rows: Sequence[tuple[str, Shown]]
    template: ClassVar[str] = "admin/mlops/_facts.html"

    @property
    def cells(self) -> list[tuple[str, Cell]]:
        return [(name, cell(shown)) for name, shown in self.rows]


@dataclass(frozen=True)
class Grid:
    """A table with a caption; the first cell of a row is its header."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Shown]]
    empty: str = ""
    note: str = ""
    folded: bool = False  # behind a summary, when there is much of it
    template: ClassVar[str] = "admin/mlops/_grid.html"

    @property
    def cells(self) -> list[list[Cell]]:
        return [[cell(shown) for shown in row] for row in self.rows]

    @property
    def wide(self) -> bool:
        return len(self.heads) > MOST_NARROW

    @property
    def columns(self) -> list[tuple[str, bool]]:
        first = [cell(shown).number for shown in self.rows[0]] if self.rows else []
        return [(head, first[place] if place < len(first) else False) for place, head in enumerate(self.heads)]


@dataclass(frozen=True)
class Bar:
    """One bin: how many, of which share in hundredths, and the share that it had elsewhere."""

    label: str
    count: str
    share: str
    width: str
    other: str = ""
    other_width: str = ""


@dataclass(frozen=True)
class Bars:
    """A histogram as a table, with a bar in each row; beside another one when there is one."""

    caption: str
    bars: Sequence[Bar]
    other: str = ""  # what the second bar is of
    note: str = ""
    template: ClassVar[str] = "admin/mlops/_bars.html"


@dataclass(frozen=True)
class Dot:
    """One line of a chart: a value with its whiskers, placed in hundredths of the width."""

    label: str
    value: str
    place: str
    low: str
    high: str


@dataclass(frozen=True)
class Dots:
    """Values with whiskers on one scale, as a table with a drawing in each row."""

    caption: str
    dots: Sequence[Dot]
    least: str
    most: str
    template: ClassVar[str] = "admin/mlops/_dots.html"


@dataclass(frozen=True)
class Words:
    """A sentence, as a paragraph. tone: soft, error or nothing."""

    text: str
    tone: str = ""
    template: ClassVar[str] = "admin/mlops/_words.html"


@dataclass(frozen=True)
class Log:
    """A text as it was written, behind its summary."""

    summary: str
    text: str
    open: bool = False
    template: ClassVar[str] = "admin/mlops/_log.html"


@dataclass(frozen=True)
class Act:
    """Something that may be done from here: words, address of its page, and whether it is the main one."""

    words: str
    href: str
    main: bool = False


@dataclass(frozen=True)
class Section:
    """A titled part of a page."""

    title: str
    blocks: Sequence[Any]
    acts: Sequence[Act] = field(default_factory=tuple)


def of_rows(caption: str, rows: Iterable[Mapping[str, Any]], empty: str = "", *, folded: bool = False) -> Grid:
    """Return JSON objects of one kind as a grid, their names made readable."""
    found = list(rows)
    names = list(dict.fromkeys(name for row in found for name in row))
    heads = [name.replace("_", " ") for name in names]
    return Grid(caption, heads, [[value(row.get(name)) for name in names] for row in found], empty, folded=folded)


def of_facts(facts: Mapping[str, Any]) -> Facts:
    return Facts([(name.replace("_", " "), value(found)) for name, found in facts.items()])


def value(found: Any) -> Cell:
    """Return a JSON value as a cell: numbers to the right, digests as code."""
    if isinstance(found, int | float) and not isinstance(found, bool):
        return num(plain(found))
    text = plain(found)
    return Cell(text, code=len(text) >= 40 and " " not in text)


def histograms(kept: Mapping[str, Any], others: Mapping[str, Any] | None = None, of: str = "") -> list[Bars]:
    """Return a dataset's histograms, beside those of another that counted the same bins. of: whose the others are."""
    words = _("Distribution of %(column)s")
    columns = {name: one for name, one in kept.items() if isinstance(one, Mapping)}  # beside them stands a digest
    return [_histogram(words % {"column": name}, one, (others or {}).get(name), of) for name, one in columns.items()]


def _histogram(caption: str, kept: Mapping[str, Any], other: Mapping[str, Any] | None, of: str) -> Bars:
    counts = [int(count) for count in kept.get("counts", [])]
    shares, others = _shares(counts), []
    if other and all(kept.get(name) == other.get(name) for name in ("edges", "levels")):
        others = _shares([int(count) for count in other.get("counts", [])])
    beside = len(others) == len(shares)
    most = max([*shares, *others, 1e-9])
    bars = []
    for place, label in enumerate(_labels(kept, len(counts))):
        own = (f"{shares[place]:.1%}", f"{100 * shares[place] / most:.1f}")
        theirs = (f"{others[place]:.1%}", f"{100 * others[place] / most:.1f}") if beside else ("", "")
        bars.append(Bar(label, whole(counts[place]), *own, *theirs))
    return Bars(caption, bars, of if beside else "")


def _shares(counts: list[int]) -> list[float]:
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def _labels(kept: Mapping[str, Any], bins: int) -> list[str]:
    """Name the bins: levels, or what lies between the edges, and last what is in none; by number when that fails."""
    edges = [f"{edge:g}" for edge in kept.get("edges", ())]
    named = [str(level) for level in kept.get("levels", ())]
    if edges and not named:
        between = [f"{low} – {high}" for low, high in pairwise(edges)]
        named = [f"< {edges[0]}", *between, f"≥ {edges[-1]}"]
    named.append(_("other"))
    return named[:bins] if len(named) >= bins else [str(place + 1) for place in range(bins)]
