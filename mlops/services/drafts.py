"""What a process that died left half written in the store: taken away once nobody can be writing it any more."""

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

WRITTEN_WITHIN = timedelta(days=1)  # a file takes seconds; and the folder may be shared with machines we cannot ask


def sweep(*, at: datetime) -> int:
    """Remove drafts that are older than a day and return how many; what has its name is never touched."""
    gone = 0
    for draft in Path(settings.ARTEFACTS).glob("??/.draft-*"):
        with contextlib.suppress(FileNotFoundError):  # it got its name, or another sweep was quicker
            if draft.lstat().st_mtime < (at - WRITTEN_WITHIN).timestamp():
                draft.unlink()
                gone += 1
    return gone
