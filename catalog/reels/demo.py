"""The demo's library: one short clip in the place of every film, and it says so."""

import hashlib
from functools import cached_property
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.reels import Reel

CLIP, SECONDS = Path(__file__).with_name("demo.mp4"), 96  # `manage.py make_reel` makes it


class DemoLibrary:
    """Hands out the same clip whatever is asked for."""

    notice: str | Promise = _(
        "This is a demo: every film is the same clip of a minute and a half, a leader with a clock."
    )

    def reel(self, movie_id: int) -> Reel | None:
        return self._clip

    @cached_property
    def _clip(self) -> Reel:
        mark = hashlib.sha256(CLIP.read_bytes()).hexdigest()[:20]
        captions = {"en": CLIP.with_suffix(".en.vtt")}
        return Reel(CLIP, CLIP.name, mark, CLIP.stat().st_size, SECONDS, captions=captions)
