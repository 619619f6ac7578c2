"""Remembering what a member takes away, so that they can have it back as it was."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from catalog.models import Removal, User
from catalog.models.removals import KEPT, MOST

WORDS = 250


def remember(*, kind: str, what: str, rows: dict[str, Any], by: User, at: datetime) -> Removal:
    """Keep rows that are being taken away; let go what is older than a month, or more than a member may have waiting.

    Inside the transaction that takes them away.
    """
    made = Removal.objects.create(user=by, kind=kind, what=what[:WORDS], payload=rows, removed_at=at)
    mine = Removal.objects.filter(user=by)
    mine.filter(removed_at__lt=at - KEPT).delete()
    mine.filter(pk__in=list(mine.order_by("-removed_at", "-pk").values_list("pk", flat=True)[MOST:])).delete()
    return made


def forget(*, by: User, kinds: tuple[str, ...] = ()) -> int:
    """Let go what a member took away, of some kinds or of all, for good; return how many acts that were."""
    mine = Removal.objects.filter(user=by)
    gone, _ = (mine.filter(kind__in=kinds) if kinds else mine).delete()
    return gone


def packed(row: Model) -> dict[str, Any]:
    """Return a row as JSON holds it, its number included."""
    values = ((field.attname, field.value_from_object(row)) for field in row._meta.concrete_fields)
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values}


def unpacked(model: type[Model], values: dict[str, Any]) -> Any:
    """Return the row that was packed, not yet saved. Columns that are no more are left out."""
    known = {field.attname: field.to_python for field in model._meta.concrete_fields}
    return model(**{name: known[name](value) for name, value in values.items() if name in known})
