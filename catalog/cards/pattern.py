"""Motifs of pure pattern: dots, blinds, tiles, rings and columns."""

from .dice import Dice
from .marks import disc, line, ring, shape
from .palette import Inks


def halftone(dice: Dice, ink: Inks) -> str:
    """Dots that grow from row to row, as in a printed photograph."""
    step = dice.pick((36, 42, 50))
    rows = range(-200, 230, step)
    half = len(rows) // 2
    row = [
        f'<path d="M{-240 + (at % 2) * step // 2} {y}H260" stroke-width="{4 + at * (step - 6) // len(rows)}"/>'
        for at, y in enumerate(rows)
    ]
    open_ = f'<g stroke-linecap="round" stroke-dasharray="0 {step}" stroke="'
    return f'{open_}{ink.a}">{"".join(row[:half])}</g>{open_}{ink.b}">{"".join(row[half:])}</g>'


def tiles(dice: Dice, ink: Inks) -> str:
    """Quarter circles turned this way and that."""
    side = dice.pick((72, 80, 90))
    turns = (
        f"h{side}a{side} {side} 0 0 1-{side} {side}z",
        f"v{side}h{side}a{side} {side} 0 0 0-{side}-{side}z",
        f"a{side} {side} 0 0 0 {side} {side}v-{side}z",
    )
    paths = ["", "", ""]
    for at in range(15):
        paths[dice.below(3)] += f"M{at % 3 * side - side * 3 // 2} {at // 3 * side - side * 5 // 2}{dice.pick(turns)}"
    return "".join(shape(path, fill) for path, fill in zip(paths, (ink.a, ink.b, ink.c), strict=True) if path)


def blinds(dice: Dice, ink: Inks) -> str:
    """Light through a blind, and something round behind it."""
    gap = dice.between(20, 34)
    slats = "".join(
        f'<path d="M-300 {at * gap - 190}H300" stroke-width="{3 + abs(at - 6) * gap // 9}"/>' for at in range(13)
    )
    return (
        disc(dice.between(-50, 50), dice.between(-30, 30), dice.between(80, 120), ink.a)
        + f'<g stroke="{ink.b}">{slats}</g>'
    )


def checker(dice: Dice, ink: Inks) -> str:
    """A chequered floor and one piece on it."""
    side = dice.pick((40, 48, 60))
    rows = "".join(f"M{-300 + (at % 2) * side} {at * side - 240}H300" for at in range(480 // side))
    r = dice.between(44, 84)
    return line(rows, ink.a, side, f"{side}") + disc(0, 0, r, ink.b) + disc(0, 0, r // 2, ink.c)


def rings(dice: Dice, ink: Inks) -> str:
    """Rings dropped on water, off centre."""
    wide, x, y = dice.between(14, 28), dice.between(-12, 12), dice.between(-12, 12)
    return "".join(
        disc(x * at // 2, y * at // 2, r, (ink.a, ink.field, ink.b, ink.field)[at % 4])
        for at, r in enumerate(range(190, 8, -wide))
        if r > 0
    )


def spiral(dice: Dice, ink: Inks) -> str:
    """A vertigo."""
    step, turn = dice.between(20, 34), dice.below(2)
    arcs = "".join(
        f"a{at * step // 2} {at * step // 2} 0 0 {turn} {at * step * (1 if at % 2 else -1)} 0" for at in range(1, 13)
    )
    return line("M0 0" + arcs, ink.a, step * 2 // 5) + disc(0, 0, step // 2, ink.b)


def columns(dice: Dice, ink: Inks) -> str:
    """Columns of unlike height, from above or from below."""
    marks, x = [], -150
    for at in range(9):
        wide = dice.between(12, 44)
        top = dice.between(-170, 60)
        marks.append(shape(f"M{x} {top}h{wide}V300h-{wide}z", (ink.a, ink.b, ink.c)[at % 3]))
        x += wide + dice.between(2, 10)
    return "".join(marks)


def shards(dice: Dice, ink: Inks) -> str:
    """Splinters flying from one point."""
    x, y = dice.between(-40, 40), dice.between(-40, 40)
    ends = [(-170, -200), (-20, -240), (170, -150), (200, 60), (90, 230), (-80, 240), (-200, 90)]
    cuts = [(ex + dice.between(-30, 30), ey + dice.between(-30, 30), dice.between(18, 76)) for ex, ey in ends]
    return "".join(
        shape(f"M{x} {y}L{ex} {ey}L{ex + (w if ey < 0 else -w)} {ey + w}z", (ink.a, ink.b, ink.c)[at % 3])
        for at, (ex, ey, w) in enumerate(cuts)
    )


def weave(dice: Dice, ink: Inks) -> str:
    """Warp and weft."""
    step = dice.pick((44, 56, 68))
    wide = step * dice.between(35, 60) // 100
    warp = "".join(f"M{x} -260V260" for x in range(-180, 190, step))
    weft = "".join(f"M{-260 + at % 2 * step} {y}H260" for at, y in enumerate(range(-230, 240, step)))
    return line(warp, ink.a, wide) + line(weft, ink.b, wide, f"{step + wide // 2} {step - wide // 2}")


def chevrons(dice: Dice, ink: Inks) -> str:
    """Arrows that all point one way."""
    wide, deep = dice.between(18, 34), dice.between(60, 130)
    rows = [f"M-200 {y}L0 {y - deep}L200 {y}" for y in range(-150, 330, wide * 2)]
    return line("".join(rows[::2]), ink.a, wide) + line("".join(rows[1::2]), ink.b, wide)


def target(dice: Dice, ink: Inks) -> str:
    """A target and its hairs."""
    r = dice.between(90, 130)
    hairs = line("M-300 0H300M0-300V300", ink.c, dice.between(3, 8))
    return (
        disc(0, 0, r, ink.a)
        + ring(r * 2 // 3, ink.field, r // 5)
        + disc(0, 0, r // 4, ink.b)
        + hairs
        + ring(r + 24, ink.b, 6, dice.pick((0, 24, 40)))
    )
