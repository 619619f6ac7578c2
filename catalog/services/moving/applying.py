"""A worker carries an import out, or takes it back, in pieces: each piece is one transaction, with what became of its lines."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from catalog.errors import CatalogError
from catalog.models import ImportLine, MemberImport
from catalog.services.moving import acts
from catalog.services.moving.reading import Beat

CHUNK = 100
Outcome, State = ImportLine.Outcome, MemberImport.State
OURS = (Outcome.ADDED, Outcome.REPLACED)  # what an import did itself, and can take back
Act = Callable[[ImportLine, MemberImport, datetime], str]


def carry_out(*, import_id: int, at: datetime, beat: Beat) -> MemberImport | None:
    """Import every line that is certain or chosen and was not yet; None when the import is gone, or not to be carried out."""
    to_do = ImportLine.objects.sure().filter(batch_id=import_id, outcome=Outcome.WAITING).order_by("place")
    return _all(import_id, State.APPLYING, State.DONE, to_do, acts.apply, at, beat)


def take_back(*, import_id: int, at: datetime, beat: Beat) -> MemberImport | None:
    """Bring back what was there before each line, the last one first; what the member changed since stays."""
    to_do = ImportLine.objects.filter(batch_id=import_id, outcome__in=OURS).order_by("-place")
    return _all(import_id, State.UNDOING, State.UNDONE, to_do, acts.undo, at, beat)


def _all(
    import_id: int, state: str, ended: str, to_do: "acts.Lines", act: Act, at: datetime, beat: Beat
) -> MemberImport | None:
    total, done = to_do.count(), 0
    while batch := MemberImport.objects.filter(pk=import_id, state=state).select_related("user").first():
        with transaction.atomic():
            beat(done, total)
            lines = list(to_do.select_related("movie")[:CHUNK])
            for line in lines:
                _one(line, batch, act, at)
            if not lines:
                MemberImport.objects.filter(pk=import_id, state=state).update(state=ended, ended_at=at)
                return MemberImport.objects.get(pk=import_id)
        done += len(lines)
    return None


def _one(line: ImportLine, batch: MemberImport, act: Act, at: datetime) -> None:
    try:
        with transaction.atomic():
            line.outcome = act(line, batch, at)
    except CatalogError as refusal:
        line.outcome, line.why = Outcome.REFUSED, str(refusal)[:300]
    line.save(update_fields=["outcome", "why", "before", "made"])
