"""The watchlist and lists that are brought along: what is on them already stays where it is."""

from datetime import datetime

from catalog.models import FilmList, ImportLine, ListEntry, MemberImport
from catalog.moving import lines as kinds
from catalog.moving.tables import moment
from catalog.services import entries, lists

Outcome = ImportLine.Outcome


def apply_watchlist(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    made, _ = FilmList.objects.get_or_create(
        user=batch.user, is_watchlist=True, defaults={"made_at": at, "changed_at": at}
    )
    return _put(line, FilmList.objects.select_for_update().get(pk=made.pk), at)


def apply_list(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    """Make a list, or take the one of the same title that is here; of two of one title the second is the second."""
    named = batch.user.lists.filter(is_watchlist=False, title=line.facts["title"]).order_by("made_at", "pk")
    above = batch.lines.filter(kind=kinds.LIST, place__lt=line.place, facts__title=line.facts["title"]).count()
    here = list(named.values_list("pk", flat=True)[: above + 1])
    if len(here) > above:
        line.made = here[above]
        return Outcome.SAME
    words = {name: line.facts[name] for name in ("title", "note", "numbered")}
    made = lists.make_list(by=batch.user, at=moment(line.facts["made_at"] or "") or at, **words)
    line.made = made.pk
    return Outcome.ADDED


def apply_entry(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    head = batch.lines.filter(kind=kinds.LIST, facts__list=line.facts["list"]).first()
    onto = FilmList.objects.select_for_update().filter(pk=head.made or 0, user=batch.user).first() if head else None
    if onto is None:
        line.why = "Its list is not here."
        return Outcome.REFUSED
    return _put(line, onto, at)


def undo_entry(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    entry = ListEntry.objects.filter(pk=line.made or 0, list__user=batch.user).select_related("list").first()
    if entry is None or entry.note != line.facts["note"]:
        return Outcome.LEFT
    entry.delete()
    entries.touch(entry.list, at)
    return Outcome.TAKEN_BACK


def undo_list(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    """Take a list away that the import made, once nothing is on it: what the member put there stays, and so does it."""
    gone, _ = FilmList.objects.filter(pk=line.made or 0, user=batch.user, entries__isnull=True).delete()
    return Outcome.TAKEN_BACK if gone else Outcome.LEFT


def _put(line: ImportLine, onto: FilmList, at: datetime) -> str:
    when, note = moment(line.facts["at"] or "") or at, lists.checked_note(line.facts["note"])
    if line.movie_id:
        entry, new = entries.put(onto, line.movie_id, when, note)
    else:
        entry, new = entries.put_without_film(onto, line.title, line.year, when, note)
    if not new:
        return Outcome.SAME
    line.made = entry.pk
    return Outcome.ADDED
