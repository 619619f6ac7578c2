"""Motifs of light and weather. Each draws around the origin, for a field of about 240 by 360."""

from .dice import Dice
from .marks import disc, line, ring, shape
from .palette import Inks


def sunburst(dice: Dice, ink: Inks) -> str:
    """Rays from one point, and what they come from."""
    core = dice.between(22, 78)
    halo = ring(core + 14, ink.field, 14) if dice.chance(50) else ""
    return ring(170, ink.a, 340, dice.pick((6, 9, 12, 16, 20, 28))) + halo + disc(0, 0, core, ink.b)


def moon(dice: Dice, ink: Inks) -> str:
    """A crescent among a few stars."""
    r = dice.between(70, 125)
    bite = disc(dice.between(r // 4, r // 2), -dice.between(0, r // 3), r * 8 // 9, ink.field)
    stars = "".join(disc(dice.between(-130, 130), dice.between(-170, 150), dice.between(2, 6), ink.b) for _ in range(7))
    return disc(0, 0, r, ink.a) + bite + stars


def sunset(dice: Dice, ink: Inks) -> str:
    """A sun cut by the lines of the sea."""
    r, gap = dice.between(80, 130), dice.between(18, 26)
    cuts = "".join(line(f"M-300 {at * gap}H300", ink.field, 4 + at * 2) for at in range(6))
    return disc(0, 0, r, ink.a) + cuts + shape(f"M-300 {r - 20}H300V300H-300z", ink.b)


def hills(dice: Dice, ink: Inks) -> str:
    """Two ranges of hills and a low sun."""
    x, h, k = dice.between(-70, 70), dice.between(50, 130), dice.between(30, 90)
    far = shape(f"M-300 40Q-120 {-h} 10 50T300 10V300H-300z", ink.b)
    near = shape(f"M-300 110Q-60 {k - 60} 90 100T300 70V300H-300z", ink.c)
    return disc(x, -40 - k // 2, dice.between(30, 62), ink.a) + far + near


def waves(dice: Dice, ink: Inks) -> str:
    """Rows of the same swell."""
    step, high = dice.between(30, 56), dice.between(14, 34)
    run = f"q{step // 2}-{high} {step} 0" + f"t{step} 0" * (440 // step)
    rows = [f"M{-240 - (at % 2) * step // 2} {at * 56 - 170}{run}" for at in range(7)]
    return line("".join(rows[::2]), ink.a, dice.between(7, 16)) + line("".join(rows[1::2]), ink.b, dice.between(5, 20))


def stars(dice: Dice, ink: Inks) -> str:
    """Four-pointed stars, one of them large."""
    marks = [_star(dice.between(-30, 30), dice.between(-40, 40), dice.between(80, 130), ink.a)]
    for at, ray in enumerate((34, 26, 40, 22, 30)):
        marks.append(_star(dice.between(-120, 110), dice.between(-170, 150), ray, (ink.b, ink.a)[at % 2]))
    return "".join(marks)


def _star(x: int, y: int, ray: int, fill: str) -> str:
    k = ray // 7
    far = ray - k
    upper = f"M{x} {y - ray}q{k} {far} {ray} {ray}q{-far} {k} {-ray} {ray}"
    return shape(f"{upper}q{-k} {-far} {-ray} {-ray}q{far} {-k} {ray} {-ray}z", fill)


def rain(dice: Dice, ink: Inks) -> str:
    """Slanting rain over one warm light."""
    drops = "".join(
        line(
            f"M{x} {-dice.between(240, 300)}V300",
            ink.b,
            dice.between(2, 6),
            f"{dice.between(20, 70)} {dice.between(16, 40)}",
        )
        for x in range(-170, 180, 56)
    )
    return disc(dice.between(-60, 60), dice.between(-20, 60), dice.between(40, 90), ink.a) + drops


def mountains(dice: Dice, ink: Inks) -> str:
    """Two peaks with snow on the higher one."""
    x, h = dice.between(-40, 50), dice.between(110, 170)
    cap = h // 3
    low = shape(f"M-320 140L{x - 110} {60 - h // 2}L120 140V300H-320z", ink.b)
    high = shape(f"M{x} {60 - h}L{x + 190} 140V300H-210V140z", ink.a)
    edge = f"l{-cap // 2} {cap // 8}l{-cap // 2} {cap // 3}l{-cap * 2 // 3} {-cap // 4}z"
    snow = shape(f"M{x} {60 - h}l{cap} {cap * 3 // 5}{edge}", ink.c)
    return low + high + snow
