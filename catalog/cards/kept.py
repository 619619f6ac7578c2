"""Pictures kept as files, so that each is drawn once: so many at most, and those that nobody asks for go first."""

import contextlib
import hashlib
import os
import secrets
import time
from pathlib import Path

from catalog.cards.png import VERSION, png

SHELVES = 256  # folders, by the first byte of the digest: each holds its share of all, and is bounded by itself
UNSTAMPED = 86_400  # seconds in which a picture that is asked for again keeps its stamp
BROKEN_OFF = 3_600  # seconds after which a draft belongs to nobody any more


def picture(svg: str, folder: Path, most: int) -> bytes:
    """Return an SVG as PNG bytes from its file, or draw it and keep it.

    folder: may be emptied at any time, and by any process. most: pictures that it holds, to the nearest 256.
    """
    digest = hashlib.sha256(f"{VERSION}|{svg}".encode()).hexdigest()
    place = folder / digest[:2] / f"{digest}.png"
    with contextlib.suppress(FileNotFoundError):
        _stamp(place)
        return place.read_bytes()
    drawn = png(svg)
    place.parent.mkdir(parents=True, exist_ok=True)
    # Whoever draws the same at this moment has a draft of their own.
    draft = place.with_suffix(f".{secrets.token_hex(8)}")
    draft.write_bytes(drawn)
    draft.replace(place)
    _bound(place.parent, max(1, most // SHELVES), sparing=place)
    return drawn


def _stamp(place: Path) -> None:
    """Note that a picture was asked for; once a day is enough to tell it from those that nobody wants."""
    if time.time() - place.stat().st_mtime > UNSTAMPED:
        os.utime(place)


def _bound(shelf: Path, most: int, *, sparing: Path) -> None:
    """Remove what was asked for longest ago; another process that does the same at this moment takes nothing more away."""
    stamped = sorted((stamp, file) for file in shelf.iterdir() if (stamp := _stamp_of(file)) is not None)
    pictures = [file for _, file in stamped if file.suffix == ".png" and file != sparing]
    drafts = [file for stamp, file in stamped if file.suffix != ".png" and time.time() - stamp > BROKEN_OFF]
    for file in [*drafts, *pictures[: max(0, len(pictures) + 1 - most)]]:
        file.unlink(missing_ok=True)


def _stamp_of(file: Path) -> float | None:
    """Return when a file was asked for last; None when another process has just taken it away."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return None
