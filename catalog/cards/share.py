"""The picture that stands for a film where its address is shared: 1200 by 630, its card's art beside its name."""

from html import escape

from .lettering import fit
from .marks import disc
from .palette import Inks
from .typeset import FAMILY, SMALL

WIDE, HIGH = 1200, 630
ART = 420  # how wide the card's picture stands on the left: 240 by 360, drawn at the full height
LEFT, BOX = 480, (660, 330)
LARGEST, LEAD = 104, 108


def share(title: str, small: str, ink: Inks, art: str) -> str:
    """Return the picture as an SVG. small: the line at the foot; art: the film's picture as an SVG, 240 by 360."""
    setting = fit(title, BOX, LARGEST)
    top = 130 + (BOX[1] - setting.height) // 2
    lines = "".join(
        f'<text x="{LEFT}" y="{top + at * setting.size * LEAD // 100 + setting.size * 82 // 100}">{escape(line)}</text>'
        for at, line in enumerate(setting.lines)
    )
    dot = disc(
        LEFT + 241, 79, 7, next((one for one in (ink.a, ink.b, ink.c) if one not in (ink.panel, ink.type)), ink.type)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}">'
        f'<path d="M0 0H{WIDE}V{HIGH}H0z" fill="{ink.panel}"/>'
        f'<svg x="0" y="0" width="{ART}" height="{HIGH}" viewBox="0 0 240 360" fill="none">{art}</svg>'
        f'<g fill="{ink.type}" font-family="{FAMILY}" font-weight="600">'
        f'<text x="{LEFT}" y="86" font-size="38">Retromovies</text><g font-size="{setting.size}">{lines}</g></g>{dot}'
        f'<path d="M{LEFT} 500H1140M{LEFT} 506H1140" stroke="{ink.type}" stroke-width="2"/>'
        f'<text x="{LEFT}" y="556" fill="{ink.type}" font-family="{SMALL}" font-weight="600" font-size="30">'
        f"{escape(small)}</text></svg>"
    )
