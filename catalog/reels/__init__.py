"""Where films lie, and how a piece of one is handed out. Settings name the library (REELS); it may be a house's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Reel:
    """One film as a file. name: what the front server knows it by; mark: strong, another for other bytes; seconds: its length."""

    path: Path
    name: str
    mark: str
    size: int
    seconds: int
    kind: str = "video/mp4"
    captions: Mapping[str, Path] = field(default_factory=dict)  # by language code; WebVTT

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from start up to, not including, stop. Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(stop - start)


class Library(Protocol):
    """What a house's own class has to have; it is made once a process, without arguments."""

    notice: str | Promise  # what the page says of all that it shows; empty: nothing

    def reel(self, movie_id: int) -> Reel | None:
        """Return a film, or nothing when it does not lie here."""


def library() -> Library:
    """Return the library that settings name."""
    return _made(settings.REELS["LIBRARY"])


@lru_cache(maxsize=4)
def _made(name: str) -> Library:
    made: Library = import_string(name)()
    return made
