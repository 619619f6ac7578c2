"""Histories of other apps: what is in them stays, but for an erasure, and what that takes out leaves a note."""

from django.conf import settings

from mlops.triggers.capture import Capturing, Governed
from mlops.triggers.governed import key_of, model_of
from mlops.triggers.rule import Trigger, append_only, in_its_own_place


def histories() -> list[Trigger]:
    """Return the guards of the tables that settings.MLOPS_APPEND_ONLY names by model label («app.Model»)."""
    labels: list[str] = getattr(settings, "MLOPS_APPEND_ONLY", [])
    return [trigger for label in sorted(labels) for trigger in _guards(label)]


def _guards(label: str) -> list[Trigger]:
    model = model_of(label)
    table, key = model._meta.db_table, key_of(model)
    # Nothing of the row is told: it is personal, or it would not be erased.
    gone = Governed(table, {}, f'{{row}}."{key}"')
    return [
        *append_only(table, "history", erasable=True),
        *in_its_own_place(table, "history is append-only but for an erasure", key=key),
        *(
            Capturing(f"{table}_captured_{event.lower()}", table, event, "", moment="AFTER", source=gone)
            for event in ("UPDATE", "DELETE")
        ),
    ]
