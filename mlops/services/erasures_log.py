"""The list of who was erased, beside the database: a backup put back is older than it, and they must be erased again."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mlops.errors import MlopsError


def path() -> Path:
    """Return where the list is: beside the artefacts, not in the database."""
    return Path(settings.ARTEFACTS).parent / "erasures.log"


def append(*, digest: str, at: datetime, void: bool = False) -> None:
    """Add a subject's digest, durable on return. No name and no id is in it. void: its erasure came to nothing."""
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(
            handle,
            (json.dumps({"at": at.isoformat(), "subject": digest} | ({"void": True} if void else {})) + "\n").encode(),
        )
        os.fsync(handle)
    finally:
        os.close(handle)


def read() -> Sequence[str]:
    """Return every digest once, in the order of the erasures. A last line cut short is none. Raises MlopsError."""
    if not path().exists():
        return []
    *lines, _cut = path().read_text().split("\n")
    found: dict[str, bool] = {}
    try:
        for line in lines:
            told = json.loads(line)
            found[str(told["subject"])] = not told.get("void")
    except (ValueError, KeyError, TypeError) as error:
        raise MlopsError(f"{path()} is no list of erasures: {error}. Mend it, or people come back.") from error
    return [digest for digest, holds in found.items() if holds]
