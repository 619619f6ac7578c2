"""Motifs of the cinema itself: its reels, beams, seats and curtains."""

from .dice import Dice
from .marks import disc, line, ring, shape
from .palette import Inks


def reel(dice: Dice, ink: Inks) -> str:
    """A film reel with five to eight windows."""
    parts = dice.between(5, 8)
    return (
        disc(0, 0, 128, ink.a)
        + ring(80, ink.field, 300 // parts, parts, dots=True)
        + disc(0, 0, 20, ink.b)
        + ring(118, ink.b, 5)
    )


def strip(dice: Dice, ink: Inks) -> str:
    """A strip of film across the card."""
    wide = dice.between(50, 90)
    holes = line(f"M-330 {-wide}H330M-330 {wide}H330", ink.field, 12, "12 12")
    frames = line(f"M{-330 - dice.below(90)} 0H330", ink.b, wide * 2 - 34, f"{dice.between(90, 130)} 12")
    light = disc(dice.between(-60, 60), 0, dice.between(18, 34), ink.a)
    return line("M-330 0H330", ink.c, wide * 2 + 30) + holes + frames + light


def beam(dice: Dice, ink: Inks) -> str:
    """The projector's light and the dust in it."""
    y, wide = dice.between(-120, 40), dice.between(80, 170)
    dust = "".join(
        disc(dice.between(-60, 120), dice.between(-60, 60) + y // 3, dice.between(2, 7), ink.field) for _ in range(6)
    )
    return (
        shape(f"M-130 {y}L300 {-wide}V{wide}z", ink.a)
        + dust
        + disc(-128, y, dice.between(26, 44), ink.b)
        + disc(-128, y, 14, ink.c)
    )


def curtain(dice: Dice, ink: Inks) -> str:
    """Two drawn curtains and the light between them."""
    gap, step = dice.between(14, 50), dice.pick((22, 30, 40))
    folds = line("".join(f"M{x} -260V260" for x in range(-180, 190, step * 2)), ink.b, step)
    light = shape(f"M{-gap // 3} -260Q{gap // 2} 60 {-gap * 2} 260H{gap * 2}Q{gap // 2} 60 {gap // 3} -260z", ink.c)
    return shape("M-220-260H220V260H-220z", ink.a) + folds + light


def arches(dice: Dice, ink: Inks) -> str:
    """Doors within doors."""
    count, outer = dice.between(3, 5), dice.between(112, 150)
    step, y = outer // count, dice.between(-50, 20)
    doors = [(outer - at * step, (ink.a, ink.b, ink.c)[at % 3]) for at in range(count)]
    return "".join(shape(f"M{-r} 320V{y}a{r} {r} 0 0 1 {2 * r} 0V320z", fill) for r, fill in doors)


def fans(dice: Dice, ink: Inks) -> str:
    """Fans of an art deco frieze, row behind row."""
    r = dice.pick((60, 80, 120))
    rows = []
    for at in range(4):
        starts = range(-r * 4 + (at % 2) * r, 200, r * 2)
        y = at * r - r
        fans_ = "".join(f"M{x} {y}a{r} {r} 0 0 1 {2 * r} 0" for x in starts if -120 - 2 * r < x < 120)
        rows.append(f'<path d="{fans_}" fill="{(ink.a, ink.b)[at % 2]}" stroke="{ink.field}" stroke-width="{r // 9}"/>')
    return "".join(rows) + disc(0, -r, r // 3, ink.c)


def seats(dice: Dice, ink: Inks) -> str:
    """A bright screen over the heads of the audience."""
    wide, step = dice.between(84, 112), dice.between(44, 62)
    rows = "".join(
        line(
            f"M{-260 + at * step // 2} {40 + at * 44}H260",
            (ink.b, ink.c)[at % 2],
            step * 4 // 5,
            f"0 {step}",
            round_ends=True,
        )
        for at in range(4)
    )
    return shape(f"M{-wide}-{dice.between(120, 150)}H{wide}L{wide - 10} 10H{10 - wide}z", ink.a) + rows


def marquee(dice: Dice, ink: Inks) -> str:
    """Rows of bulbs around a lit sign."""
    r = dice.between(60, 90)
    bulbs = dice.between(14, 26)
    return (
        disc(0, 0, r + 40, ink.a)
        + disc(0, 0, r - 12, ink.b)
        + ring(r + 16, ink.field, 20, bulbs, dots=True)
        + ring(r + 74, ink.b, 12, bulbs + 8, dots=True)
    )


def ticket(dice: Dice, ink: Inks) -> str:
    """A torn ticket and its stub."""
    tear, wide = dice.between(20, 70), dice.between(56, 80)
    body = shape(
        f"M-140 {-wide}H{tear}V{wide}H-140a22 22 0 0 0 0-{wide // 2}V-{wide // 2}a22 22 0 0 0 0-{wide // 2}", ink.a
    )
    stub = shape(f"M{tear + 14} {-wide - 8}L170 {-wide - 24}V{wide - 24}L{tear + 14} {wide - 8}z", ink.b)
    return (
        body
        + stub
        + line(f"M{tear - 8} {-wide}V{wide}", ink.field, 5, "7 7")
        + disc(-50, 0, wide // 2, ink.field)
        + disc(-50, 0, wide // 3, ink.c)
    )
