"""Pictures of links are drawn once and kept, so many at most; whatever another process does beside it."""

import hashlib
import itertools
import os
import time
from pathlib import Path
from threading import Thread

from catalog.cards.kept import SHELVES, picture
from catalog.cards.png import VERSION, png

DAY = 86_400
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="1"><rect width="{0}" height="1"/></svg>'


def of_one_shelf() -> list[str]:
    """Return seven drawings that are kept in the same folder."""
    every = (DRAWING.format(width) for width in itertools.count(1))
    found = (svg for svg in every if hashlib.sha256(f"{VERSION}|{svg}".encode()).hexdigest()[:2] == "00")
    return list(itertools.islice(found, 7))


DRAWINGS = of_one_shelf()


def shelf(folder: Path) -> dict[Path, int]:
    """Return the files of the shelf, each with its number on the disk: drawn anew, it has another."""
    return {file: file.stat().st_ino for file in (folder / "00").iterdir()}


def keep(folder: Path, which: int, most: int) -> Path:
    """Ask for one of the drawings, and return the file that it lies in."""
    digest = hashlib.sha256(f"{VERSION}|{DRAWINGS[which]}".encode()).hexdigest()
    assert picture(DRAWINGS[which], folder, most * SHELVES) == png(DRAWINGS[which])
    return folder / "00" / f"{digest}.png"


def test_a_picture_is_drawn_once(tmp_path: Path) -> None:
    keep(tmp_path, 0, 3)
    first = shelf(tmp_path)
    keep(tmp_path, 0, 3)
    assert shelf(tmp_path) == first


def test_no_more_are_kept_than_may_be_and_what_is_asked_for_stays(tmp_path: Path) -> None:
    kept = [keep(tmp_path, which, 3) for which in range(3)]
    for age, file in zip((9, 8, 7), kept, strict=True):
        os.utime(file, (time.time() - age * DAY,) * 2)
    before = shelf(tmp_path)
    keep(tmp_path, 0, 3)  # the oldest is asked for again
    new = keep(tmp_path, 3, 3)
    assert set(shelf(tmp_path)) == {kept[0], kept[2], new}
    assert shelf(tmp_path)[kept[0]] == before[kept[0]]


def test_a_draft_that_was_broken_off_goes_and_one_at_work_stays(tmp_path: Path) -> None:
    keep(tmp_path, 0, 3)
    old, new = (tmp_path / "00" / f"00ff.{name}" for name in ("old", "new"))
    for file in (old, new):
        file.write_bytes(b"half a pict")
    os.utime(old, (0, 0))
    keep(tmp_path, 1, 3)
    assert (old.exists(), new.exists()) == (False, True)


def test_two_who_draw_and_clear_at_once_both_get_their_pictures(tmp_path: Path) -> None:
    wrong: list[Exception] = []

    def draw(offset: int) -> None:
        try:
            for at in range(70):
                keep(tmp_path, (at + offset) % 7, 2)
        except (OSError, AssertionError) as error:
            wrong.append(error)

    threads = [Thread(target=draw, args=(offset,)) for offset in (0, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(shelf(tmp_path)) <= 3  # each spares the one it has just drawn
