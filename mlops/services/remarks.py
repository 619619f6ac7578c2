"""The discussion under a request: what people said stays, as they said it."""

import unicodedata
from datetime import datetime

from mlops import policies
from mlops.errors import Refused
from mlops.models import Remark
from mlops.ports import Actor
from mlops.services.audit import record
from mlops.services.contention import patient
from mlops.services.requests import locked, recipe_of
from mlops.services.sealing import governed

LONGEST = 2000
_ALLOWED = "\n\t"


@patient(recipe_of)
def say(*, request_id: int, text: str, by: Actor, at: datetime) -> Remark:
    """Add a remark to the discussion of a request, open or closed. Raises Refused with a sentence."""
    words = _clean(text)
    with governed():
        # Locked though it stays as it is: the commit looks at it once more, when the lock of the log is held already.
        request = locked(request_id)
        policies.check_may_say(by, request)
        if at < request.requested_at:
            raise Refused(f"request {request.pk} was opened later than this: set this machine's clock.")
        remark = Remark.objects.create(request=request, text=words, said_at=at, said_by=str(by.subject_id))
        record("remark.said", f"request:{request.pk}", by=by, at=at, remark=remark.pk)
    return remark


def _clean(text: str) -> str:
    """Lines end as they do everywhere; what cannot be read is refused, and not quietly removed."""
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not words:
        raise Refused("text: say something.")
    if len(words) > LONGEST:
        raise Refused(f"text: at most {LONGEST} characters, these are {len(words)}.")
    if strange := next((sign for sign in words if _unreadable(sign)), None):
        raise Refused(f"text: holds a control character (U+{ord(strange):04X}): write it without.")
    return words


def _unreadable(sign: str) -> bool:
    return sign not in _ALLOWED and unicodedata.category(sign) in ("Cc", "Cs", "Cn")
