"""History rows as a person reads them: what each one changed, from what to what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

NOTHING = "—"


@dataclass(frozen=True)
class Difference:
    """One field of one change; before or after is a dash where there was nothing."""

    field: str
    before: str
    after: str


def differences(record: Any, previous: Any | None) -> list[Difference]:
    """Return what a history row changed since the one before; of a first or last row, all that it holds."""
    fields = [field for field in record.tracked_fields if not field.primary_key]
    if record.history_type == "+" or previous is None:
        return [
            Difference(_label(field), NOTHING, value) for field in fields if (value := _shown(field, record)) != NOTHING
        ]
    if record.history_type == "-":
        return [
            Difference(_label(field), value, NOTHING) for field in fields if (value := _shown(field, record)) != NOTHING
        ]
    changed = [field for field in fields if getattr(previous, field.attname) != getattr(record, field.attname)]
    return [Difference(_label(field), _shown(field, previous), _shown(field, record)) for field in changed]


def attach(records: Sequence[Any]) -> None:
    """Give each history row of a page (newest first) its `differences`."""
    for place, record in enumerate(records):
        older = records[place + 1] if place + 1 < len(records) else None
        record.differences = differences(record, older or record.prev_record)


def _label(field: "models.Field[Any, Any]") -> str:
    return str(capfirst(field.verbose_name))


def _shown(field: "models.Field[Any, Any]", record: Any) -> str:
    return show(field, getattr(record, field.attname))


def show(field: "models.Field[Any, Any]", value: Any) -> str:
    """Return a field's value as text: choices by their label, days and times in the site's format, rows by name."""
    if value is None or value == "":
        return NOTHING
    if isinstance(field, models.ForeignKey):
        found = field.related_model._base_manager.filter(pk=value).first()
        return str(found) if found else _("number %(pk)s (gone)") % {"pk": value}
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return plain(value)


def plain(value: Any) -> str:
    """Return a bare value as text."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, str) and value.startswith("|") and value.endswith("|"):
        return ", ".join(value.strip("|").split("|"))  # genres are stored as one text between bars
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ", ".join(value) or NOTHING
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
