"""What one line of an import does, by its kind, and how exactly that is taken back."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from catalog.models import ImportLine, MemberImport
from catalog.moving import lines as kinds
from catalog.services.moving import choices, kept, rated, seen

Lines = QuerySet[ImportLine]
Act = Callable[[ImportLine, MemberImport, datetime], str]
_APPLY: dict[str, Act] = {
    kinds.CHOICE: choices.apply,
    kinds.RATING: rated.apply,
    kinds.VIEWING: seen.apply_viewing,
    kinds.WATCHLIST: kept.apply_watchlist,
    kinds.LIST: kept.apply_list,
    kinds.ENTRY: kept.apply_entry,
    kinds.HIDDEN: choices.apply_hidden,
    kinds.PLAY: seen.apply_play,
    kinds.ALERT: choices.apply_alert,
}
_UNDO: dict[str, Act] = {
    kinds.CHOICE: choices.undo,
    kinds.RATING: rated.undo,
    kinds.VIEWING: seen.undo_viewing,
    kinds.WATCHLIST: kept.undo_entry,
    kinds.LIST: kept.undo_list,
    kinds.ENTRY: kept.undo_entry,
    kinds.HIDDEN: choices.undo_hidden,
    kinds.PLAY: seen.undo_play,
    kinds.ALERT: choices.undo_alert,
}


def apply(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    """Do what a line says and return its outcome. Raises CatalogError: it cannot be kept, and nothing was changed."""
    return _APPLY[line.kind](line, batch, at)


def undo(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    """Bring back what was there before a line, unless the member changed it since; return the outcome."""
    return _UNDO[line.kind](line, batch, at)
