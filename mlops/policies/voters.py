"""Whose votes count: where the site knows accounts by their subject id, those of people whose account is there and active.

The database sees that a vote is another person's, in time, on the evidence, and one a person; whose account it is, and
whether that is still active, is asked here, whenever votes are counted.
"""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist


def inactive(voters: Iterable[str], *, hold: bool = False) -> set[str]:
    """Return those whose vote does not count: no account is known here by that id, or it is not active.

    Where accounts have no subject id, as on another site, nothing can be said of them, and every vote counts.
    hold: inside a transaction, keep the accounts as they are until its end, so that the log tells in one order who was
    deactivated and what came into force.
    """
    accounts = get_user_model()
    try:
        accounts._meta.get_field("subject_id")
    except FieldDoesNotExist:
        return set()
    asked = set(voters)
    rows = accounts._default_manager.filter(subject_id__in=filter(_is_subject, asked)).order_by("pk")
    rows = rows.select_for_update(no_key=True) if hold else rows
    return asked - {str(subject) for subject, active in rows.values_list("subject_id", "is_active") if active}


def _is_subject(voter: str) -> bool:
    try:
        return str(UUID(voter)) == voter
    except ValueError:
        return False
