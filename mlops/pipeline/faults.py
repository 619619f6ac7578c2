"""Why a run ended, in words for whoever reads its page."""

import errno

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from mlops.errors import BadArtefact, Busy, MlopsError
from mlops.ports import NotEnoughData

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
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
    return isinstance(error, OperationalError | Busy) or (isinstance(error, OSError) and error.errno not in FULL)


def _cause(error: BaseException) -> str:
    if isinstance(error, SoftTimeLimitExceeded):
        return "it took longer than a worker may; repeat the run to go on from here, or give workers more time"
    if isinstance(error, MemoryError):
        return "there was not enough memory; repeat the run on a larger worker"
    if isinstance(error, OSError) and error.errno in FULL:
        return (
            f"nothing more can be written ({error.strerror}); make room where artefacts are kept, then repeat the run"
        )
    if isinstance(error, OSError) and not isinstance(error, BadArtefact):
        return f"a file could not be read or written ({error.strerror or error}); see to it, then repeat the run"
    if isinstance(error, MlopsError | ValueError):
        return str(error)
    return f"{type(error).__name__}: {error}"
