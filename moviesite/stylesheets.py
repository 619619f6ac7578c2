"""The house's style sheets are many small files for us and one for the browser, put together when it asks."""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

SHEET = "css/site.css"
FIRST = ("tokens", "base", "frame", "components", "forms")  # what the others build on; those follow by name
APART = ("account", "admin", "api_docs", "governance", "print")  # linked by the pages that need them, and by printers


class OneSheet(BaseFinder):
    """Finds css/site.css: static/css put together. It stays in that folder's place, so its addresses hold."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return where the sheet is, made anew when a part changed; nothing for any other file."""
        if path != SHEET:
            return [] if find_all else None
        return [str(_made())] if find_all else str(_made())

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        folder = _made().parents[1]
        yield SHEET, FileSystemStorage(location=folder)


def parts() -> list[Path]:
    """Return the files of the sheet in the order in which they are put together."""
    folder = settings.BASE_DIR / "static" / "css"
    named = {path.stem: path for path in sorted(folder.glob("*.css"))}
    rest = [name for name in named if name not in FIRST and name not in APART]
    return [named[name] for name in (*FIRST, *rest)]


def _made() -> Path:
    text = b"\n".join(path.read_bytes().strip() for path in parts())
    target = settings.STATE / "sheets" / hashlib.sha256(text).hexdigest()[:16] / SHEET
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(text, mtime=0)  # WhiteNoise sends it where it lies beside the plain one
        for place, content in ((target.with_name(f"{target.name}.gz"), packed), (target, text)):
            draft = place.with_name(f"{place.name}.{os.getpid()}")
            draft.write_bytes(content)
            draft.replace(place)
    return target
