"""Motifs with a story in them: an eye, a keyhole, a road, a glass."""

from math import isqrt

from .dice import Dice
from .marks import disc, line, ring, shape
from .palette import Inks


def eye(dice: Dice, ink: Inks) -> str:
    """Somebody watches."""
    h, x = dice.between(80, 140), dice.between(-26, 26)
    lid = shape(f"M-128 0Q0 {-h} 128 0Q0 {h} -128 0z", ink.a)
    return (
        lid
        + disc(x, 0, h * 2 // 5, ink.b)
        + disc(x, 0, h // 6, ink.c)
        + line(f"M-140 {-h // 3}Q0 {-h - 40} 140 {-h // 3}", ink.b, dice.between(4, 14))
    )


def keyhole(dice: Dice, ink: Inks) -> str:
    """What the door hides."""
    r, wide = dice.between(34, 50), dice.between(30, 60)
    return (
        disc(0, 0, 140, ink.a) + shape(f"M{-r // 2} 0L{-wide} 112H{wide}L{r // 2} 0z", ink.b) + disc(0, -26, r, ink.b)
    )


def smile(dice: Dice, ink: Inks) -> str:
    """A grin, perhaps a wink."""
    r, y = dice.between(76, 108), dice.between(0, 20)
    wink = line(f"M28 {-70 + y}q26-30 52 0", ink.b, 12) if dice.chance(50) else disc(54, -70 + y, 20, ink.b)
    return (
        shape(f"M{-r} {y}a{r} {r} 0 0 0 {2 * r} 0z", ink.a)
        + disc(-54, -70 + y, dice.between(16, 30), ink.b)
        + wink
        + shape(f"M{-r // 2} {y}h{r}v18h{-r}z", ink.c)
    )


def bolt(dice: Dice, ink: Inks) -> str:
    """A flash of lightning."""
    x = dice.between(10, 50)
    flash = f"M{x} -230L-90 30H-14L{-x - 20} 240L100 -40H20L{x + 70} -230z"
    return disc(0, 0, dice.between(90, 150), ink.b) + shape(flash, ink.a)


def petals(dice: Dice, ink: Inks) -> str:
    """A flower of three to eight petals."""
    count, long, wide = dice.between(4, 8), dice.between(100, 150), dice.between(30, 80)
    petal = f"M0 0Q{wide} {-long // 2} 0 {-long}Q{-wide} {-long // 2} 0 0"
    turned = "".join(
        f'<path d="{petal}" transform="rotate({360 * at // count})" fill="{(ink.a, ink.b)[at % 2]}"/>'
        for at in range(count)
    )
    return turned + disc(0, 0, dice.between(14, 30), ink.c)


def lens(dice: Dice, ink: Inks) -> str:
    """Two circles that meet."""
    r = dice.between(70, 95)
    apart = r * dice.between(45, 68) // 100
    half = isqrt(r * r - apart * apart)
    meet = shape(f"M0 {-half}A{r} {r} 0 0 1 0 {half}A{r} {r} 0 0 1 0 {-half}z", ink.c)
    return disc(-apart, 0, r, ink.a) + disc(apart, 0, r, ink.b) + meet


def road(dice: Dice, ink: Inks) -> str:
    """A road to the horizon."""
    y, wide = dice.between(-70, 0), dice.between(110, 190)
    land = shape(f"M-300 {y}H300V320H-300z", ink.b)
    way = shape(f"M-5 {y}h10L{wide} 320H{-wide}z", ink.c)
    return (
        disc(dice.between(-60, 60), y, dice.between(44, 92), ink.a)
        + land
        + way
        + line(f"M0 {y + 12}V320", ink.a, 7, "10 9 16 12 26 16 40 20 60 24")
    )


def skyline(dice: Dice, ink: Inks) -> str:
    """A city with its lights on."""
    marks, x = [disc(dice.between(-90, 90), -110, dice.between(24, 56), ink.b)], -170
    while x < 160:
        wide, top = dice.between(60, 84), dice.between(-110, 60)
        lamps = line(f"M{x + wide // 2} {top + 18}V300", ink.b, wide - 26, "9 17") if dice.chance(55) else ""
        marks.append(shape(f"M{x} {top}h{wide}V320h-{wide}z", ink.a) + lamps)
        x += wide + 3
    return "".join(marks)


def stairs(dice: Dice, ink: Inks) -> str:
    """Steps, up or down."""
    count = dice.between(5, 8)
    wide, high = 300 // count, dice.between(24, 46)
    steps = "".join(f"h{wide}v{-high}" for _ in range(count + 2))
    lower = shape(f"M-190 {high * count // 2}{steps}H300V320H-300z", ink.a)
    return (
        disc(-60, -90, dice.between(30, 64), ink.b)
        + lower
        + line(f"M-190 {high * count // 2 + 40}{steps}", ink.c, dice.between(4, 10))
    )


def balloons(dice: Dice, ink: Inks) -> str:
    """Balloons let go."""
    marks = []
    for at in range(6):
        x, y, r = (
            (-70, 40, 90, -20, -95, 10)[at] + dice.between(-16, 16),
            (-110, -60, 40, 60, 20, -150)[at] + dice.between(-18, 18),
            dice.between(20, 52),
        )
        marks.append(
            line(f"M{x} {y}Q{x + 20} {y + 120} {x // 3} 300", ink.c, 2) + disc(x, y, r, (ink.a, ink.b)[at % 2])
        )
    return "".join(marks)


def glass(dice: Dice, ink: Inks) -> str:
    """A glass at the bar."""
    wide, high = dice.between(80, 112), dice.between(90, 130)
    cup = shape(f"M{-wide}-110H{wide}L0 {high - 100}z", ink.a) + shape(
        f"M{-wide // 2} {-110 + high // 2}H{wide // 2}L0 {high - 100}z", ink.b
    )
    return (
        cup
        + line(f"M0 {high - 110}V140M-54 140H54", ink.a, 10)
        + disc(wide // 3, -104, dice.between(14, 24), ink.c)
        + line(f"M{wide // 3} -104L{wide} -170", ink.c, 4)
    )


def lamp(dice: Dice, ink: Inks) -> str:
    """A street lamp, and someone who may come."""
    x, wide = dice.between(-40, 40), dice.between(80, 130)
    light = shape(f"M{x} -120L{x - wide} 170H{x + wide}z", ink.a) + shape(
        f"M{x - wide} 170a{wide} 26 0 0 0 {2 * wide} 0a{wide} 26 0 0 0 {-2 * wide} 0", ink.a
    )
    who = disc(x + 20, 72, 13, ink.c) + shape(f"M{x + 2} 90h36l6 80h-48zM{x + 2} 62h36v7h-36z", ink.c)
    return light + line(f"M{x} -120H{x - wide - 10}V320", ink.b, 8) + who + shape(f"M{x - 24}-112q24-34 48 0z", ink.b)


def window(dice: Dice, ink: Inks) -> str:
    """Many windows, one of them lit."""
    wide, lit = dice.pick((44, 52, 64)), dice.below(12)
    step = wide + 14
    panes = ["", ""]
    for at in range(20):
        x, y = at % 4 * step - step * 2, at // 4 * step * 5 // 4 - step * 3
        panes[at == lit + 4] += f"M{x + 7} {y}h{wide}v{wide * 5 // 4}h-{wide}z"
    return shape(panes[0], ink.a) + shape(panes[1], ink.b)


def planets(dice: Dice, ink: Inks) -> str:
    """A world with a ring."""
    r, tilt = dice.between(56, 90), dice.between(18, 40)
    wide = r + dice.between(36, 60)
    back = line(f"M{-wide} 0A{wide} {tilt} 0 0 1 {wide} 0", ink.b, 10)
    front = line(f"M{-wide} 0A{wide} {tilt} 0 0 0 {wide} 0", ink.b, 10)
    return (
        back
        + disc(0, 0, r, ink.a)
        + front
        + disc(dice.between(60, 110), dice.between(-140, -100), dice.between(8, 22), ink.c)
        + ring(170, ink.c, 3, dice.pick((18, 30)), dots=True)
    )
