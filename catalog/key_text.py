"""The text of a partner key: a prefix that says whose it is, random signs, and a checksum of both."""

import binascii
import re
import secrets

from catalog.opaque import SIGNS

LIVE, TEST = "rmk_live_", "rmk_test_"
RANDOM, CHECK = 30, 6  # 30 signs of base 62 are 178 random bits
SHAPE = re.compile(rf"rmk_(?:live_|test_)?[0-9A-Za-z]{{{RANDOM + CHECK}}}")  # the first keys had no word after rmk_


def new_secret(*, test: bool = False) -> str:
    """Return a fresh key: rmk_live_ or rmk_test_, 30 random signs, and 6 that check them all.

    So a key that leaked is known as ours offline, and as a whole one.
    """
    stem = (TEST if test else LIVE) + "".join(secrets.choice(SIGNS) for _ in range(RANDOM))
    return stem + checksum(stem)


def checksum(stem: str) -> str:
    """Return the CRC-32 of the text before it, as six signs of base 62."""
    rest, signs = binascii.crc32(stem.encode()), ""
    for _ in range(CHECK):
        rest, place = divmod(rest, len(SIGNS))
        signs = SIGNS[place] + signs
    return signs


def well_formed(plain: str) -> bool:
    """Say whether a text can be one of our keys: no database needed."""
    return SHAPE.fullmatch(plain) is not None and checksum(plain[:-CHECK]) == plain[-CHECK:]
