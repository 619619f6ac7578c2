"""Whose votes count: those of people whose account, where the site knows one by their subject id, is there and active.

The database sees that a vote is another person's, in time, on the evidence, and one a person; whether its account is
still active is asked here, when votes are counted and again when something comes into force.
"""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist

from mlops.models import Erasure


def inactive(voters: Iterable[str], *, hold: bool = False) -> set[str]:
    """Return those whose vote no longer counts: their account is deactivated, was deleted, or was erased.

    Where accounts have no subject id, as on another site, nothing can be said of them, and every vote counts.
    hold: inside a transaction, keep the accounts as they are until its end, so that the log tells in one order who was
    deactivated and what came into force.
    """
    accounts = get_user_model()
    try:
        accounts._meta.get_field("subject_id")
    except FieldDoesNotExist:
        return set()
    asked = {voter for voter in voters if _is_subject(voter)}
    rows = accounts._default_manager.filter(subject_id__in=asked).order_by("pk")
    rows = rows.select_for_update(no_key=True) if hold else rows
    known = {str(subject): active for subject, active in rows.values_list("subject_id", "is_active")} if asked else {}
    return {voter for voter in asked if not known.get(voter, not _gone(voter, accounts))}


def _gone(voter: str, accounts: Any) -> bool:
    """Whether somebody without an account ever had one: a tombstone says so, or the history of accounts."""
    digest = hashlib.sha256(voter.encode()).hexdigest()
    history = getattr(accounts, "history", None)
    known = history is not None and history.filter(subject_id=voter).exists()
    return known or Erasure.objects.filter(subject_digest=digest).exists()


def _is_subject(voter: str) -> bool:
    try:
        return str(UUID(voter)) == voter
    except ValueError:
        return False
