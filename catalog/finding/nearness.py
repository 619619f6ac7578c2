"""How far a title is from what somebody typed, in letters: whole numbers, the same on every machine."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from catalog.finding.asked import Reading
from catalog.finding.names import names

SHORT = 4  # letters below which nothing but the word itself will do
ROOMY = 5  # letters from which a word may hold a slip and be unfinished too
MISSING = 3  # what a word costs that the title does not have
FURTHEST = 4


def allowed(letters: int) -> int:
    """Return how many slips of the pen a word of so many letters may hold: 0 below 4, then 1, 2 from 7, 3 from 12."""
    return 0 if letters < SHORT else 1 if letters < 7 else 2 if letters < 12 else 3


def may_lack(words: Sequence[str]) -> int:
    """Return how many words of a search a name need not have: one of three or more."""
    return int(len(words) >= 3)


def nearness(reading: Reading, line: str, year: int) -> int | None:
    """Return how far a film is from a search: 0 letters and more, or None when it is too far to be meant.

    line: its names (name_line). Twice the slips (a letter wrong, missing, too much, or two swapped), plus one when only
    a part of the title was asked for. A search that names years finds films of those years alone.
    """
    if reading.years and year not in reading.years:
        return None
    found = [_name(reading.words, name) for name in names(line)]
    return min((far for far in found if far is not None), default=None)


def _name(words: Sequence[str], name: str) -> int | None:
    whole, glued = name.replace(" ", ""), "".join(words)
    slips = allowed(len(glued))
    far = OSA.distance(glued, whole, score_cutoff=slips)
    best = 2 * far if far <= slips else None
    parted = _words(words, name.split())
    if parted is None or (best is not None and best <= 2 * parted + 1):
        return best
    return 2 * parted + 1


def _words(words: Sequence[str], held: Sequence[str]) -> int | None:
    """Return the slips of all words against the nearest of the title's; one of three or more may be missing."""
    total, missing = 0, 0
    for place, word in enumerate(words):
        far = _word(word, held, unfinished=place == len(words) - 1)
        missing += far is None
        total += MISSING if far is None else far
    if missing > may_lack(words) or total > FURTHEST:
        return None
    return total


def _word(word: str, held: Sequence[str], *, unfinished: bool) -> int | None:
    slips = allowed(len(word))
    best = slips + 1
    for other in held:
        if other == word or (unfinished and other.startswith(word)):
            return 0
        if not slips:
            continue
        if word in other:
            best = min(best, 1)
        best = min(best, OSA.distance(word, other, score_cutoff=slips))
        if unfinished and len(word) >= ROOMY:
            best = min(best, OSA.distance(word, other[: len(word)], score_cutoff=slips))
    return best if best <= slips else None
