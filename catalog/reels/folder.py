"""A folder of films: 12.json says of film 12 which file it is, how long, and where its captions are."""

import json
import logging
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise

from catalog.reels import Reel

logger = logging.getLogger(__name__)


class FolderLibrary:
    """Reads the folder of the setting.

    A manifest: {"file": "12.mp4", "seconds": 5760, "captions": {"en": "12.en.vtt"}}; kind (video/mp4) is optional.
    """

    notice: str | Promise = ""

    def reel(self, movie_id: int) -> Reel | None:
        folder = Path(settings.REELS["FOLDER"])
        manifest = folder / f"{int(movie_id)}.json"
        try:
            told = json.loads(manifest.read_text())
            path = folder / Path(told["file"]).name
            facts = path.stat()
            captions = {code: folder / Path(name).name for code, name in told.get("captions", {}).items()}
            mark = f"{facts.st_size:x}-{facts.st_mtime_ns:x}"
            kind = str(told.get("kind", "video/mp4"))
            return Reel(path, path.name, mark, facts.st_size, _seconds(told["seconds"]), kind, captions)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            logger.warning("%s cannot be used: %r", manifest, error)
            return None


def _seconds(told: object) -> int:
    seconds = int(str(told))
    if seconds < 1:
        raise ValueError(f"seconds: {seconds} is no length")
    return seconds
