"""Requests that may be sent again: the first one acts, and whoever repeats it gets its answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from catalog.errors import KeyInUse, KeyTaken
from catalog.models import IdempotentCall, Partner

KEPT = timedelta(hours=48)
GIVEN_UP = timedelta(seconds=120)  # whoever claimed it so long ago and did not answer is taken to be dead


@dataclass(frozen=True)
class Answer:
    """What was answered the first time."""

    status: int
    headers: dict[str, str]
    body: str


def claim(
    *, partner: Partner, test: bool, key: str, fingerprint: str, at: datetime
) -> tuple[IdempotentCall, Answer | None]:
    """Return the row of a request that is ours to answer, or the answer it got before.

    fingerprint: SHA-256 of all that was asked. Raises KeyTaken when the key was another request's, KeyInUse while the first
    is at work.
    """
    names = {"partner": partner, "test": test, "idempotency_key": key}
    try:
        with transaction.atomic():
            return IdempotentCall.objects.create(**names, fingerprint=fingerprint, claimed_at=at), None
    except IntegrityError:
        found = IdempotentCall.objects.filter(**names).first()
    if found is None:  # it ended without an answer in this very moment
        raise KeyInUse("A request with this Idempotency-Key was at work a moment ago: send it again.")
    if at - found.claimed_at > KEPT:
        return _taken_over(found, fingerprint, at), None
    if found.fingerprint != fingerprint:
        raise KeyTaken("This Idempotency-Key was used for another request: use a new one for each thing to do.")
    if found.status is not None:
        return found, Answer(found.status, found.headers, found.body)
    if at - found.claimed_at < GIVEN_UP:
        raise KeyInUse("The first request with this Idempotency-Key is at work still: send it again in a moment.")
    return _taken_over(found, fingerprint, at), None


def _taken_over(found: IdempotentCall, fingerprint: str, at: datetime) -> IdempotentCall:
    """Follow whoever died in it, or begin anew under a key that is no longer kept; one of those who try."""
    fresh: dict[str, Any] = {"fingerprint": fingerprint, "answered_at": None, "status": None, "headers": {}, "body": ""}
    # As it was read: one that was answered meanwhile is not taken over.
    ours = IdempotentCall.objects.filter(pk=found.pk, claimed_at=found.claimed_at, answered_at=found.answered_at)
    if not ours.update(claimed_at=at, **fresh):
        raise KeyInUse("Another request with this Idempotency-Key is at work: send it again in a moment.")
    found.claimed_at = at
    return found


def settle(*, call: IdempotentCall, answer: Answer, at: datetime) -> None:
    """Keep the answer, within the transaction of what was done. Raises KeyInUse when another took the request over.

    Then the transaction must end: what was done here is done by the other one.
    """
    told: dict[str, Any] = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    ours = IdempotentCall.objects.filter(pk=call.pk, claimed_at=call.claimed_at, status=None)
    if not ours.update(answered_at=at, **told):
        raise KeyInUse("This request took so long that it was given to another: send it again.")


def release(*, call: IdempotentCall) -> None:
    """Let go of a request that was refused, or broke: nothing came of it, and its key is free again."""
    IdempotentCall.objects.filter(pk=call.pk, claimed_at=call.claimed_at, status=None).delete()


def forget_old(*, at: datetime) -> int:
    """Let go of answers that are no longer kept, and return how many."""
    return IdempotentCall.objects.filter(claimed_at__lt=at - KEPT).delete()[0]
