"""History rows know people by subject id, never by name: deleting an account changes no history."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from simple_history.models import HistoricalRecords


def _user(record: Any) -> Any:
    """Return the person a history row was written by, or None when unknown or erased."""
    if record.history_user_id is None:
        return None
    return get_user_model().objects.filter(subject_id=record.history_user_id).first()


def _remember(record: Any, user: Any) -> None:
    record.history_user_id = getattr(user, "subject_id", None)


def history(**options: Any) -> HistoricalRecords:
    """Return the house's HistoricalRecords: actor by subject id, reason of any length."""
    return HistoricalRecords(
        history_user_id_field=models.UUIDField(null=True, blank=True),
        history_user_getter=_user,
        history_user_setter=_remember,
        history_change_reason_field=models.TextField(null=True),
        **options,
    )
