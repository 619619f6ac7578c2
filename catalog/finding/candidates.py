"""Which films may be near to a search: each that catalog.finding.nearness lets through is among them, and few others."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.finding.asked import Reading
from catalog.finding.names import names
from catalog.finding.nearness import ROOMY, SHORT, allowed, may_lack

Lines = tuple[tuple[int, str], ...]  # the number of each film, and its names (name_line)


class Candidates:
    """Every word of a catalogue's names, and every name without its spaces, with the films that have it."""

    def __init__(self, lines: Lines) -> None:
        words: dict[str, set[int]] = {}
        glued: dict[str, set[int]] = {}
        for pk, line in lines:
            for name in names(line):
                glued.setdefault(name.replace(" ", ""), set()).add(pk)
                for word in name.split():
                    words.setdefault(word, set()).add(pk)
        self._words, self._with_word = list(words), list(words.values())
        self._glued, self._with_name = list(glued), list(glued.values())

    def of(self, reading: Reading) -> set[int]:
        """Return the films that one reading of a search may mean."""
        found = _gathered(self._with_name, _close("".join(reading.words), self._glued))
        held: Counter[int] = Counter()
        for place, word in enumerate(reading.words):
            unfinished = place == len(reading.words) - 1
            held.update(_gathered(self._with_word, _like(word, self._words, unfinished=unfinished)))
        enough = len(reading.words) - may_lack(reading.words)
        return found | {pk for pk, count in held.items() if count >= enough}


@lru_cache(maxsize=1)
def candidates(lines: Lines) -> Candidates:
    """Return the candidates of a catalogue; sorted anew when a line of it is another one."""
    return Candidates(lines)


def _close(text: str, spelt: list[str]) -> Iterable[int]:
    near = process.extract(text, spelt, scorer=OSA.distance, score_cutoff=allowed(len(text)), limit=None)
    return (place for _, _, place in near)


def _like(word: str, spelt: list[str], *, unfinished: bool) -> Iterable[int]:
    """Yield the places of what may have been meant by a word: the rules of nearness, each asked of all words at once."""
    yield from _close(word, spelt)
    if len(word) >= SHORT:
        yield from (place for place, other in enumerate(spelt) if word in other)
    elif unfinished:
        yield from (place for place, other in enumerate(spelt) if other.startswith(word))
    if unfinished and len(word) >= ROOMY:
        yield from _close(word, [other[: len(word)] for other in spelt])


def _gathered(films: list[set[int]], places: Iterable[int]) -> set[int]:
    return set().union(*(films[place] for place in places))
