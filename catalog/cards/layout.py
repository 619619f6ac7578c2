"""Where the panel, the type and the picture's middle go on a card of 240 by 360."""

from collections.abc import Callable
from typing import NamedTuple

from .dice import Dice
from .marks import line, shape
from .palette import Inks
from .typeset import Block, block

GAP = 34  # below a title: the line with year and genre


class Sheet(NamedTuple):
    """Everything printed over the picture, where the picture's middle is, and its scale in hundredths."""

    over: str
    at: tuple[int, int]
    scale: int


def foot(text: Block, ink: Inks, dice: Dice) -> Sheet:
    """The title at the foot, under an edge cut in one of five ways."""
    setting = text.fit((208, 170), dice.pick((54, 80, 120)))
    top = 360 - setting.height - GAP - 16
    over = shape(_edge(top, dice) + "V360H0z", ink.panel) + _perforation(top, ink, dice)
    return Sheet(over + block(text, setting, text.left(16), top + 12, ink.type), (120, top // 2), 60 + top // 5)


def head(text: Block, ink: Inks, dice: Dice) -> Sheet:
    """The title at the head, the picture below."""
    setting = text.fit((208, 170), dice.pick((54, 80, 120)))
    end = setting.height + GAP + 18
    over = shape(f"M0 0H240V{end}H0z", ink.panel) + _perforation(end, ink, dice)
    return Sheet(
        over + block(text, setting, text.left(16), 14, ink.type), (120, (end + 360) // 2), 60 + (360 - end) // 5
    )


def band(text: Block, ink: Inks, dice: Dice) -> Sheet:
    """The title on a band across the picture."""
    setting = text.fit((208, 150), dice.pick((44, 64, 96)))
    deep = setting.height + GAP + 20
    top = min(dice.between(40, 250), 352 - deep)
    rules = line(f"M0 {top + 5}H240M0 {top + deep - 5}H240", ink.type, 1)
    over = shape(f"M0 {top}H240V{top + deep}H0z", ink.panel) + rules
    return Sheet(
        over + block(text, setting, text.left(16), top + 14, ink.type),
        (120, 70 if top > 170 else 290 if top < 90 else 180),
        120,
    )


def label(text: Block, ink: Inks, dice: Dice) -> Sheet:
    """The title on a label pasted over the picture."""
    setting = text.fit((168, 150), dice.pick((36, 60)))
    deep = setting.height + GAP + 30
    top = dice.pick((26, 180 - deep // 2, 334 - deep))
    paper = f"M22 {top}H218V{top + deep}H22z"
    rule = line(f"M28 {top + 6}H212V{top + deep - 6}H28z", ink.type, 1)
    over = shape(paper, ink.panel) + rule + block(text._replace(middle=True), setting, 120, top + 18, ink.type)
    return Sheet(over, (120, 250 if top < 30 else 110 if top > 150 else 180), 125)


def side(text: Block, ink: Inks, dice: Dice) -> Sheet:
    """A short title up the side, like the spine of a book."""
    setting = text.fit((300, 76), dice.pick((40, 56, 72)))
    deep, left = setting.height + GAP + 12, dice.chance(60)
    over = shape(f"M{0 if left else 240 - deep} 0h{deep}v360h-{deep}z", ink.panel)
    spine = block(text._replace(middle=False), setting, 18, 6, ink.type)
    turned = f'<g transform="translate({0 if left else 240 - deep} 360)rotate(-90)">{spine}</g>'
    return Sheet(over + turned, ((240 + deep) // 2 if left else (240 - deep) // 2, 180), 105)


def frame(text: Block, ink: Inks, dice: Dice) -> Sheet:
    """The picture through an opening in the paper: square, arched or round."""
    setting = text.fit((204, 130), dice.pick((40, 64)))
    top = 360 - setting.height - GAP - 18
    middle, r = (top + 16) // 2, min((top - 24) // 2, 104)
    openings = (
        f"M18 18H222V{top}H18z",
        f"M24 {top}V{min(114, top - 10)}a96 96 0 0 1 192 0V{top}z",
        f"M{120 - r} {middle}a{r} {r} 0 0 1 {2 * r} 0a{r} {r} 0 0 1-{2 * r} 0z",
    )
    over = f'<path d="M0 0H240V360H0z{dice.pick(openings)}" fill="{ink.panel}" fill-rule="evenodd"/>'
    return Sheet(over + block(text, setting, text.left(18), top + 14, ink.type), (120, middle), 50 + top // 5)


def compose(text: Block, ink: Inks, dice: Dice) -> Sheet:
    """Choose a layout that suits the title's length, and lay the card out."""
    layouts: tuple[Callable[[Block, Inks, Dice], Sheet], ...] = (foot, foot, foot, head, head, frame, frame)
    if len(text.title) <= 60:
        layouts += (band, label)
    if len(text.title) <= 26:
        layouts += (side, side, band)
    return dice.pick(layouts)(text, ink, dice)


def _edge(top: int, dice: Dice) -> str:
    """The panel's upper edge from left to right: straight, slanted either way, or arched either way."""
    rise = dice.between(18, 54)
    straight, slants = f"M0 {top}H240", (f"M0 {top - rise}L240 {top}", f"M0 {top}L240 {top - rise}")
    arched = (f"M0 {top}Q120 {top - rise} 240 {top}", f"M0 {top - rise}Q120 {top + rise // 2} 240 {top - rise}")
    return dice.pick((straight, straight, *slants, *arched))


def _perforation(y: int, ink: Inks, dice: Dice) -> str:
    """Sometimes a ticket's row of holes along an edge."""
    return line(f"M0 {y}H240", ink.field, 7, "0 12", round_ends=True) if dice.chance(22) else ""
