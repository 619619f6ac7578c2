"""Type on a card: a title's lines, and the small line of year and genre under them."""

from html import escape
from typing import NamedTuple

from .lettering import LEAD, Setting, fit

FAMILY = "Fraunces,Georgia,serif"
SMALL = "Inter,Arial,sans-serif"


class Block(NamedTuple):
    """A title and its small line, and how they are set."""

    title: str
    small: str
    weight: int
    middle: bool

    def left(self, margin: int) -> int:
        """Where the lines hang: at the margin, or on the card's middle."""
        return 120 if self.middle else margin

    def fit(self, box: tuple[int, int], largest: int) -> Setting:
        """Set the title into a box; heavier type is wider."""
        spare = {800: 94, 600: 99}.get(self.weight, 100)
        return fit(self.title, (box[0] * spare // 100, box[1]), largest)


def block(text: Block, setting: Setting, x: int, top: int, ink: str) -> str:
    """Set title and small line from a top edge down, flush left at x or centred on it."""
    step = setting.size * LEAD // 100
    anchor = ' text-anchor="middle"' if text.middle else ""
    lines = "".join(
        f'<text x="{x}" y="{top + at * step + setting.size * 82 // 100}">{escape(line)}</text>'
        for at, line in enumerate(setting.lines)
    )
    style = f'font-family="{SMALL}" font-size="11" font-weight="600" letter-spacing="1.5"'
    small = f'<text x="{x}" y="{top + setting.height + 19}" {style}>{escape(text.small)}</text>'
    return f'<g fill="{ink}" font-size="{setting.size}" font-weight="{text.weight}"{anchor}>{lines}{small}</g>'
