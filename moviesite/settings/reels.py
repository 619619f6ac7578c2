"""Films to watch: where they lie, and who hands them out."""

from pathlib import Path
from typing import Any

from moviesite.settings import env

STATE = env.folder("STATE", Path(__file__).resolve().parents[2] / "var")
SETTINGS: dict[str, Any] = {
    "LIBRARY": env.text("REELS", "catalog.reels.demo.DemoLibrary"),  # the class that knows where they lie
    "FOLDER": env.folder("REELS_FOLDER", STATE / "reels"),  # for catalog.reels.folder.FolderLibrary
    "PIECE": env.whole("REELS_PIECE", 2**20, least=2**16, most=2**24),  # bytes of the longest piece handed out at once
    "ACCEL": env.optional("REELS_ACCEL"),  # a place from which the front server hands them out: X-Accel-Redirect
}
