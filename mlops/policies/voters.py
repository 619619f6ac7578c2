"""Whose votes count: those of people whose account, where the site knows one by their subject id, is there and active.

The database sees that a vote is another person's, in time, on the evidence, and one a person; whether its account is
still active is asked here, when votes are counted and again when something comes into force.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q

from mlops.models import Capture, Erasure


def inactive(voters: Iterable[str]) -> set[str]:
    """Return those whose vote no longer counts: their account is deactivated, was deleted, or was erased.

    Where accounts have no subject id, as on another site, nothing can be said of them, and every vote counts.
    """
    accounts = get_user_model()
    try:
        accounts._meta.get_field("subject_id")
    except FieldDoesNotExist:
        return set()
    asked = {voter for voter in voters if _is_subject(voter)}
    rows = accounts._default_manager.filter(subject_id__in=asked).values_list("subject_id", "is_active")
    known = {str(subject): active for subject, active in rows} if asked else {}
    return {voter for voter in asked if not known.get(voter, not _gone(voter, accounts._meta.db_table))}


def _gone(voter: str, table: str) -> bool:
    """Whether somebody without an account ever had one: a tombstone says so, or the database noted that it went."""
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (voter, UUID(voter).hex)]
    spelt = Q(before__contains=voter) | Q(before__contains=UUID(voter).hex)
    return (
        Erasure.objects.filter(subject_digest__in=digests).exists()
        or Capture.objects.filter(spelt, of=table, op=Capture.Op.DELETE).exists()
    )


def _is_subject(voter: str) -> bool:
    try:
        return str(UUID(voter)) == voter
    except ValueError:
        return False
