"""Why a run ended, in words for whoever reads its page."""

import errno
import sqlite3

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from mlops.errors import BadArtefact, Busy, MlopsError
from mlops.ports import NotEnoughData

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_FULL = "53100"  # PostgreSQL's word for it (errcodes-appendix)
SHORT = "not enough data"


def words_for(error: BaseException, step: str) -> str:
    """Return what to tell; `step` is the one it happened in, or empty before the first."""
    if isinstance(error, NotEnoughData):
        words = str(error)
        return words if SHORT in words else f"{SHORT}: {words}"
    where = f"in {step}: " if step else ""
    return where + _cause(error)


def may_pass(error: BaseException) -> bool:
    """Say whether the same may go well in a moment: a lock, a database or a file out of reach. Room makes only a person."""
    return isinstance(error, OperationalError | Busy | OSError) and not _full(error)


def _full(error: BaseException) -> str:
    """Return where there is no room left for what was to be written, if that is what the error tells."""
    if isinstance(error, OSError) and error.errno in FULL:
        return "where artefacts are kept"
    if isinstance(error, OperationalError):
        code, state = (getattr(error.__cause__, name, None) for name in ("sqlite_errorcode", "sqlstate"))
        if state == DISK_FULL or (code is not None and code & 0xFF == sqlite3.SQLITE_FULL):
            return "where the database is kept"
    return ""


def _cause(error: BaseException) -> str:
    if isinstance(error, SoftTimeLimitExceeded):
        return "it took longer than a worker may; repeat the run to go on from here, or give workers more time"
    if isinstance(error, MemoryError):
        return "there was not enough memory; repeat the run on a larger worker"
    if place := _full(error):
        words = error.strerror if isinstance(error, OSError) else str(error).strip()
        return f"nothing more can be written ({words}); make room {place}, then repeat the run"
    if isinstance(error, OSError) and not isinstance(error, BadArtefact):
        return f"a file could not be read or written ({error.strerror or error}); see to it, then repeat the run"
    if isinstance(error, MlopsError | ValueError):
        return str(error)
    return f"{type(error).__name__}: {error}"
