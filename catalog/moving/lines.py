"""One line of a file, whatever the file: what it says of which film."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RATING, VIEWING, WATCHLIST, LIST, ENTRY = "RATING", "VIEWING", "WATCHLIST", "LIST", "ENTRY"
HIDDEN, PLAY, ALERT, CHOICE = "HIDDEN", "PLAY", "ALERT", "CHOICE"
KINDS = (CHOICE, RATING, VIEWING, WATCHLIST, LIST, ENTRY, HIDDEN, PLAY, ALERT)
OF_A_FILM = frozenset(KINDS) - {CHOICE, LIST}


@dataclass(frozen=True)
class Said:
    """A sentence that is put into the reader's language where it is shown: words with {names}, and what they stand for."""

    words: str
    facts: Mapping[str, Any]

    def __str__(self) -> str:
        return self.words.format(**self.facts)


class BadFile(ValueError):
    """A file that cannot be read; the words name the file, the line, the column and the remedy."""

    def __init__(self, words: str, **facts: Any) -> None:
        self.said = Said(words, facts)
        super().__init__(str(self.said))


@dataclass(frozen=True)
class Line:
    """kind: one of KINDS; file, number: where it stands, from 1; title, year, ref: the film as the file names it.

    ref: a number of this catalogue («film:12») or of another («tt0034583»). facts: what the line says, as JSON holds it;
    times are RFC 3339 texts, days are YYYY-MM-DD.
    """

    kind: str
    file: str
    number: int
    title: str = ""
    year: int | None = None
    ref: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parcel:
    """What a file holds. source: LETTERBOXD, IMDB or OWN; notes: what of it was left out."""

    source: str
    lines: list[Line]
    notes: list[Said]
