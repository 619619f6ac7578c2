"""How often somebody may fail to show who they are: counted in the database, so that no cache that is away lets more in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac

from catalog.errors import TooManyAttempts
from catalog.models import Attempt, User
from mlops import audit
from mlops.ports import SYSTEM

WINDOW = timedelta(minutes=5)  # a failure counts so long, and no refusal lasts longer
KEPT = timedelta(hours=1)

Limits = Mapping[str, int | None]  # for each key (an account, an address) the failures after which it is refused


def begin(*, limits: Limits, at: datetime) -> Sequence[Attempt]:
    """Count an attempt before it is made: as one failure under each of the keys, until `succeed` takes them back.

    limits: the failures within WINDOW; under a key of None they are counted and nothing is refused. A refused attempt
    does not count, so that nobody who goes on trying makes it last longer. Raises TooManyAttempts.
    """
    counted = {_digest(key): most for key, most in limits.items()}
    _check(counted, at, ())
    made = [Attempt.objects.create(key=key, at=at) for key in counted]
    try:
        _check(counted, at, made)  # those who began at the same moment see each other here: rather none than too many
    except TooManyAttempts:
        succeed(made)
        raise
    forget_old(at=at)
    return made


def forget_old(*, at: datetime) -> int:
    """Let go of attempts that no limit looks at any more; return how many."""
    return Attempt.objects.filter(at__lt=at - KEPT).delete()[0]


def succeed(made: Sequence[Attempt]) -> None:
    """Take back the attempt: it was no failure."""
    Attempt.objects.filter(pk__in=[attempt.pk for attempt in made]).delete()


def failed(made: Sequence[Attempt], *, limits: Limits, user: User | None, at: datetime) -> bool:
    """Note in the audit log that a staff account takes no more attempts, when this failure was the last allowed one."""
    account, most = next(iter(limits.items()))
    # Asked for all: the time it takes does not tell who is staff.
    last = Attempt.objects.since(_digest(account), at - WINDOW).count() == most
    if not last or user is None or not user.is_staff:
        return False
    with transaction.atomic():
        facts: dict[str, Any] = {"failures": most, "minutes": WINDOW.seconds // 60}
        audit.record("account.locked-out", f"account:{user.subject_id}", by=SYSTEM, at=at, **facts)
    return True


def _check(counted: Limits, at: datetime, own: Sequence[Attempt]) -> None:
    for key, most in counted.items():
        if most is None:
            continue
        others = Attempt.objects.since(key, at - WINDOW).exclude(pk__in=[attempt.pk for attempt in own])
        times = list(others.values_list("at", flat=True)[:most])
        if len(times) == most:
            raise TooManyAttempts(times[-1] + WINDOW - at)


def _digest(key: str) -> str:
    """Return what stands for a key: people type their passwords where their names belong."""
    return salted_hmac("catalog.attempts", key, algorithm="sha256").hexdigest()
