"""What somebody typed, read: its words, and the year that may be among them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalog import titles

MOST_WORDS, MOST_LETTERS = 10, 100
FIRST_YEAR, LAST_YEAR = 1888, 2100
# Words that are written in several ways, each line one meaning.
ALIKE = """
2 ii two|3 iii three|4 iv four|5 v five|6 vi six|7 vii seven|8 viii eight|9 ix nine|10 x ten
dr doctor|mr mister|mrs missus|st saint|vs versus
"""
_ALIKE = {word: set(line.split()) for line in ALIKE.replace("\n", "|").split("|") for word in line.split()}
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_SHORT_YEAR = re.compile(r"\d\d")


@dataclass(frozen=True)
class Reading:
    """One way to read a search: the title with and without its article, its words, and the years it may be from."""

    whole: str
    bare: str
    words: tuple[str, ...]
    years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A search as it is used. text: what of it was looked for; cut: whether something of it was left out."""

    text: str
    cut: bool
    readings: tuple[Reading, ...]

    def __bool__(self) -> bool:
        return bool(self.readings)

    def names(self) -> Iterator[tuple[Reading, str]]:
        """Yield the names that may have been asked for, with and without an article, each with its reading."""
        for reading in self.readings:
            yield from ((reading, name) for name in dict.fromkeys((reading.whole, reading.bare)) if name)


def read(query: str) -> Asked:
    """Return what a search means: of its first hundred letters, the first ten words.

    A number that may be a year is read both ways: as a word of the title, and as the year of a film called by the rest.
    """
    letters = query.replace("\x00", "").strip()
    parts = letters[:MOST_LETTERS].split()
    used = " ".join(parts[:MOST_WORDS])
    cut = len(letters) > MOST_LETTERS or len(parts) > MOST_WORDS
    title = _reading(used)
    if not title.words:
        return Asked(used, cut, ())
    return Asked(used, cut, (title, *_dated(used)))


def _reading(text: str, years: tuple[int, ...] = ()) -> Reading:
    # A trailing article is known by its capital («godfather, the» too); a bar parts the names of a film.
    plain = text.replace("|", " ")
    bare = titles.sort_title(plain.title())
    words = tuple(bare.split()[:MOST_WORDS])
    return Reading(titles.search_key(plain), " ".join(words), words, years)


def _dated(text: str) -> Iterable[Reading]:
    """Read the first or the last word as a year: «vertigo 1958», «1958 vertigo», «vertigo (1958)», «vertigo '58»."""
    parts = text.split(" ")
    for place in dict.fromkeys((len(parts) - 1, 0)):
        rest = " ".join(parts[:place] + parts[place + 1 :])
        if years := _years(parts[place], alone=not rest):
            yield _reading(rest, years)
            return


def _years(word: str, *, alone: bool) -> tuple[int, ...]:
    plain = word.strip("()[],.'’")
    if _YEAR.fullmatch(plain) and FIRST_YEAR <= int(plain) <= LAST_YEAR:
        return (int(plain),)
    if not alone and _SHORT_YEAR.fullmatch(plain):
        return tuple(year for year in range(1800 + int(plain), LAST_YEAR, 100) if year >= FIRST_YEAR)
    return ()


def alike(word: str) -> tuple[str, ...]:
    """Return other ways to write a word: «2» for «ii», «doctor» for «dr»."""
    return tuple(sorted(_ALIKE.get(word, set()) - {word}))
