"""Which motifs there are, how far each may be turned, and which a genre prefers."""

from collections.abc import Callable
from typing import NamedTuple

from . import figure, house, pattern, sky
from .dice import Dice
from .palette import Inks


class Motif(NamedTuple):
    """A drawing, and the most it may be tilted either way, in degrees."""

    draw: Callable[[Dice, Inks], str]
    tilt: int


MOTIFS = {
    "sunburst": Motif(sky.sunburst, 180),
    "moon": Motif(sky.moon, 60),
    "sunset": Motif(sky.sunset, 12),
    "hills": Motif(sky.hills, 6),
    "waves": Motif(sky.waves, 35),
    "stars": Motif(sky.stars, 20),
    "rain": Motif(sky.rain, 40),
    "mountains": Motif(sky.mountains, 5),
    "reel": Motif(house.reel, 180),
    "strip": Motif(house.strip, 75),
    "beam": Motif(house.beam, 180),
    "curtain": Motif(house.curtain, 4),
    "arches": Motif(house.arches, 8),
    "fans": Motif(house.fans, 0),
    "seats": Motif(house.seats, 0),
    "marquee": Motif(house.marquee, 180),
    "ticket": Motif(house.ticket, 60),
    "halftone": Motif(pattern.halftone, 90),
    "tiles": Motif(pattern.tiles, 45),
    "blinds": Motif(pattern.blinds, 40),
    "checker": Motif(pattern.checker, 45),
    "rings": Motif(pattern.rings, 90),
    "spiral": Motif(pattern.spiral, 180),
    "columns": Motif(pattern.columns, 180),
    "shards": Motif(pattern.shards, 180),
    "weave": Motif(pattern.weave, 45),
    "chevrons": Motif(pattern.chevrons, 180),
    "target": Motif(pattern.target, 30),
    "eye": Motif(figure.eye, 25),
    "keyhole": Motif(figure.keyhole, 10),
    "smile": Motif(figure.smile, 20),
    "bolt": Motif(figure.bolt, 20),
    "petals": Motif(figure.petals, 180),
    "lens": Motif(figure.lens, 90),
    "road": Motif(figure.road, 6),
    "skyline": Motif(figure.skyline, 8),
    "stairs": Motif(figure.stairs, 10),
    "balloons": Motif(figure.balloons, 10),
    "glass": Motif(figure.glass, 14),
    "lamp": Motif(figure.lamp, 0),
    "window": Motif(figure.window, 12),
    "planets": Motif(figure.planets, 40),
}

GENRES = {
    "Action": [
        "shards",
        "bolt",
        "chevrons",
        "target",
        "road",
        "sunburst",
        "strip",
        "mountains",
        "skyline",
        "blinds",
        "planets",
        "stairs",
    ],
    "Animation": [
        "tiles",
        "balloons",
        "stars",
        "moon",
        "halftone",
        "smile",
        "planets",
        "petals",
        "waves",
        "checker",
        "hills",
        "rings",
    ],
    "Comedy": [
        "smile",
        "balloons",
        "glass",
        "checker",
        "tiles",
        "curtain",
        "halftone",
        "ticket",
        "seats",
        "marquee",
        "weave",
        "waves",
    ],
    "Drama": [
        "stairs",
        "eye",
        "rain",
        "lamp",
        "window",
        "keyhole",
        "arches",
        "blinds",
        "spiral",
        "sunset",
        "moon",
        "columns",
        "lens",
        "road",
        "curtain",
        "rings",
    ],
    "Documentary": [
        "columns",
        "window",
        "strip",
        "reel",
        "beam",
        "mountains",
        "road",
        "target",
        "weave",
        "skyline",
        "waves",
        "halftone",
    ],
    "Romance": [
        "petals",
        "lens",
        "moon",
        "sunset",
        "glass",
        "hills",
        "fans",
        "stars",
        "rain",
        "arches",
        "waves",
        "balloons",
    ],
}


def draw(name: str, dice: Dice, ink: Inks, *, at: tuple[int, int], scale: int) -> str:
    """Draw a motif around a point, at a scale in hundredths, tilted as far as it may be."""
    motif = MOTIFS[name]
    scale = scale * dice.between(92, 135) // 100
    flip = -1 if dice.chance(50) else 1
    turn = dice.between(-motif.tilt, motif.tilt)
    place = f"translate({at[0]} {at[1]})rotate({turn})scale({flip * scale / 100:g} {scale / 100:g})"
    return f'<g transform="{place}">{motif.draw(dice, ink)}</g>'


def choose(genres: tuple[str, ...], dice: Dice) -> str:
    """Choose a motif one of the film's genres prefers, or any when it has none we know."""
    known = [genre for genre in genres if genre in GENRES]
    return dice.pick(GENRES[dice.pick(known)]) if known else dice.pick(tuple(MOTIFS))
