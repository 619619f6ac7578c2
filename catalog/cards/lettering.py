"""How wide a title is, where it breaks, and how large it may be set."""

from typing import NamedTuple

from .dice import Dice

# Advance widths of Fraunces 600 at optical size 36, in thousandths of an em, rounded up.
WIDTHS = {
    letter: width
    for width, letters in {
        240: " '|",
        315: "!.,:;ijl`·’",
        370: '"()[]-',
        480: "frtIsz{}/\\1_",
        530: "ceJ?7",
        600: "agvxyFo359^<>–",
        670: "bdhknpquELSZ02468$+=*~#",
        730: "ABCKPRTVXYß",
        800: "DGNUOQw%",
        920: "HMm@œ—…",
        1060: "&WÆŒæ",
    }.items()
    for letter in letters
}
WIDE = 0x1100  # from here on (Hangul, kana, Han) letters are as wide as they are high
LEAD = 104  # line height, in hundredths of the size
ELLIPSIS = "…"


class Setting(NamedTuple):
    """A title set in lines of one size."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self) -> int:
        """The block's height from the top of the first line to the foot of the last."""
        return self.size * LEAD * len(self.lines) // 100


def width(text: str) -> int:
    """Estimate a text's width in thousandths of an em, rather too wide than too narrow."""
    return sum(WIDTHS.get(letter, 1000 if ord(letter) >= WIDE else 720) for letter in text)


def fit(title: str, box: tuple[int, int], largest: int, smallest: int = 13) -> Setting:
    """Set a title as large as its box (width, height) allows; an ellipsis only when nothing else fits."""
    words = _words(title)
    while True:
        settings = (_set(words, count, box, largest) for count in range(1, min(len(words), 9) + 1))
        best = max(settings, key=lambda setting: (setting.size, -len(setting.lines)))
        if best.size >= smallest or len(words) == 1:
            return best
        words = [*words[:-2], words[-2].rstrip(ELLIPSIS) + ELLIPSIS]


def _set(words: list[str], count: int, box: tuple[int, int], largest: int) -> Setting:
    lines = _balance(words, count)
    widest = max(width(text) for text in lines)
    return Setting(lines, max(1, min(largest, box[0] * 1000 // max(widest, 1), box[1] * 100 // (LEAD * count))))


def _balance(words: list[str], count: int) -> tuple[str, ...]:
    """Break words into count lines, the longest as short as can be (least sum of fourth powers)."""
    best: list[tuple[int, tuple[str, ...]]] = []
    for end in range(1, len(words) + 1):
        text = " ".join(words[:end])
        best.append((width(text) ** 4, (text,)))
    for taken in range(2, count + 1):
        for end in range(len(words), taken - 1, -1):
            tries = ((best[cut - 1], " ".join(words[cut:end])) for cut in range(taken - 1, end))
            best[end - 1] = min((cost + width(tail) ** 4, (*lines, tail)) for (cost, lines), tail in tries)
    return best[-1][1]


def _words(title: str) -> list[str]:
    """Split at spaces; cut what no line can hold: letters without spaces, and words beyond 18 letters."""
    words: list[str] = []
    for word in title.split():
        step = 4 if ord(max(word)) >= WIDE else 18
        cuts = [word[at : at + step] for at in range(0, len(word), step)]
        hyphen = "-" if step == 18 else ""
        words += [cut + hyphen for cut in cuts[:-1]] + cuts[-1:]
    return words[:40] or ["–"]


def case(title: str, dice: Dice) -> str:
    """Set some short titles in capitals."""
    return title.upper() if len(title) <= 22 and dice.chance(24) else title
