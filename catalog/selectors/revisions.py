"""What lists are made of, as one mark: it changes whenever a list could, and costs one statement to read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Subquery

from catalog.models import ChartEdition
from catalog.prepared import Prepared


@dataclass(frozen=True)
class Revision:
    """The edition in force and the newest change of a film. Films change through rows that keep history, or in imports,
    after which an edition follows."""

    edition: ChartEdition | None
    change: int
    changed_at: datetime | None

    @property
    def mark(self) -> str:
        return f"{self.edition.chain_digest if self.edition else ''} {self.change}"

    @property
    def at(self) -> datetime | None:
        """When the newer of the two was."""
        moments = [self.edition.at] if self.edition else []
        return max([*moments, self.changed_at] if self.changed_at else moments, default=None)


def newest() -> Revision:
    """Return the present revision."""
    found: Any = NEWEST.first()
    if found is not None:
        return Revision(found, found.change or 0, found.changed_at)
    last = _history().values_list("history_id", "history_date").first() or (0, None)
    return Revision(None, *last)


def _history() -> Any:
    return apps.get_model("catalog", "HistoricalMovie").objects.order_by("-history_id")


def _editions() -> Any:
    change, changed_at = (Subquery(_history().values(name)[:1]) for name in ("history_id", "history_date"))
    return ChartEdition.objects.annotate(change=change, changed_at=changed_at).order_by("-number")


NEWEST: Prepared[ChartEdition] = Prepared(_editions)
