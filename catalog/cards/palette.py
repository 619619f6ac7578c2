"""The inks of each decade, and how a film chooses its own from them."""

from typing import NamedTuple

from .dice import Dice


class Inks(NamedTuple):
    """What one card is printed with: the panel and its type, the field and the three art colours."""

    panel: str
    type: str
    field: str
    a: str
    b: str
    c: str


# Paper, ink, accent, second. Ink on paper is at least 4.5:1 (tested), so either may carry the other.
DECADES: dict[int, tuple[str, ...]] = {
    1890: (
        "e9dcc0 2a2118 8a5a2b c2a06a",
        "dfe6e6 132a3e 2f5d86 8fb3c4",
        "efe2cf 33201c b4553f d8a98a",
        "211b16 eadcc2 c08a4a 6f5a44",
    ),
    1900: (
        "f0e4cc 27201a b0702c 5f7a6a",
        "e7d9c6 2c1b2a 8b3f52 c9a36a",
        "17242b ecdfc6 d8a24a 5d8a86",
        "f3e7d3 1e2a24 3f6b57 d6864a",
    ),
    1910: (
        "efdfc0 2b1c10 c8791f 7a4a2a",
        "162238 e8e2d0 6f93bd d9b36b",
        "f1dcd3 361a22 b5475f d99a8c",
        "e6e2cc 20281c 6c7f3f c4a04a",
    ),
    1920: (
        "efe6d2 1d1a16 b8281e c9a24b",
        "101f38 f1e3bd d4a437 5d7ea6",
        "e8e4d8 14140f 1f5e52 d98e2b",
        "1a1715 f4ead6 d63a2a a89a84",
    ),
    1930: (
        "f1e8d6 191613 c23b22 2f4858",
        "0f3a40 f5e8cb e0a73a d9623f",
        "f6ead8 2a1330 7b2d5b e0975a",
        "16161a ece7da b9b3a6 c8313f",
    ),
    1940: (
        "1c1b1a efe7d8 d9a441 7d7468",
        "f0e3c2 16283c 1f5a8c d98324",
        "20271f eee6cf c9462c 8a9160",
        "151a24 e6e4dc 9fb4c7 b8292f",
    ),
    1950: (
        "f05a28 15120f f6e7c8 1f6f78",
        "f7e9e4 22202a e8638c 3aa6a0",
        "f4c92b 17140f d92b1f 2b6a8f",
        "123c4a f6ecd2 f2a03d 58b5a6",
    ),
    1960: (
        "f4d35e 1b1b1e ee4266 0e7c7b",
        "f3efe6 111111 e4572e 5b3fa0",
        "e85d1f 140f0c f7e3c2 5a1a3a",
        "1d3557 f1faee e63946 a8c66c",
    ),
    1970: (
        "5b3a29 f3dfc1 e39b2d c4572b",
        "f2e2c4 3a1f14 d2691e 7a8b3a",
        "2d1b3d f4e0c8 d9722e b14a7a",
        "1f3d2f f0e6cd e0b13a cf5c36",
    ),
    1980: (
        "221d3a f7f3ff ff4f79 35c6d0",
        "fbe3e8 2a1740 e0479e 1fa3a8",
        "0d0d12 f3f1ee e5202b f5c211",
        "f6efdc 1c2340 2f6bff ff6a3d",
    ),
    1990: (
        "0f2b2b e8efe6 e2b33c 6aa08e",
        "e9e4d8 23211f 9c3b24 5c6f78",
        "14204f f2f0e6 b7d433 4f7df0",
        "2b1216 f3e6dc d8572a 9a7b6a",
    ),
    2000: (
        "12161c e6ecf2 7bd389 4c6b8a",
        "0c2f36 fbeedd f08a3c 3f9aa3",
        "f4f3ef 17171a d3222a 8b97a3",
        "241a33 f1e9f7 c39bf0 f2b84b",
    ),
}

# Field and art colours as places in a row: the same four inks, printed in another order.
PRINTINGS = (
    *((0, 2, 3, 1), (0, 3, 2, 1), (0, 2, 3, 1)),
    *((2, 0, 1, 3), (2, 1, 0, 3), (3, 0, 2, 1), (3, 1, 0, 2)),
    *((1, 2, 3, 0), (1, 2, 0, 3)),
)


def inks(year: int, dice: Dice) -> Inks:
    """Choose the film's inks from its decade's; years before 1890 and after 2009 borrow the nearest."""
    rows = DECADES[min(max(year // 10 * 10, 1890), 2000)]
    row = ["#" + ink for ink in dice.pick(rows).split()]
    field, a, b, c = (row[place] for place in dice.pick(PRINTINGS))
    panel, ink = (row[1], row[0]) if dice.chance(35) else (row[0], row[1])
    return Inks(panel, ink, field, a, b, c)


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2.2 contrast ratio, 1 to 21, of two #rrggbb colours."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
