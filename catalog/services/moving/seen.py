"""Viewings that are brought along: of the diary, and of what was watched here."""

from datetime import date, datetime

from django.db.models import Count

from catalog.models import ImportLine, MemberImport, Movie, Play, Preferences, Viewing
from catalog.moving.tables import moment
from catalog.services import diary

Outcome = ImportLine.Outcome


def apply_viewing(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    """Note a viewing. The same day of the same film twice in a file is two viewings, and twice sent still two."""
    on = _day(line)
    mine = Viewing.objects.filter(user=batch.user)
    same = mine.filter(movie_id=line.movie_id or 0) if line.movie_id else mine.filter(title=line.title, year=line.year)
    if line.facts.get("once") and same.exists():
        return Outcome.SAME
    if _here_before(line, batch, same.filter(seen_on=on).count()):
        return Outcome.SAME
    note = line.facts.get("note", "")
    if line.movie_id:
        made = diary.note_viewing(movie_id=line.movie_id, seen_on=on, by=batch.user, at=at, note=note)
    else:
        kept = {"title": line.title, "year": line.year, "note": note}
        made = Viewing.objects.create(user=batch.user, movie=None, seen_on=on, recorded_at=at, **kept)
    line.made = made.pk
    return Outcome.ADDED


def undo_viewing(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    made = Viewing.objects.filter(pk=line.made or 0, user=batch.user).first()
    if made is None or made.seen_on != _day(line) or made.note != line.facts.get("note", ""):
        return Outcome.LEFT
    made.delete()
    return Outcome.TAKEN_BACK


def apply_play(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    if not Preferences.objects.filter(user=batch.user, record_plays=True).exists():
        line.why = "You did not have us keep what you watch."
        return Outcome.KEPT
    facts = line.facts
    started, finished = moment(facts["started_at"]), moment(facts["finished_at"] or "")
    mine = Play.objects.select_for_update().filter(user=batch.user, movie_id=line.movie_id or 0)
    if started is not None and mine.filter(started_at=started).exists():
        return Outcome.SAME
    if started is None or (finished is None and mine.open().exists()):
        return Outcome.KEPT
    numbers = {name: facts[name] for name in ("position", "furthest", "length", "by_hand")}
    if not 0 <= numbers["position"] <= numbers["furthest"] <= numbers["length"] or numbers["length"] < 1:
        return Outcome.REFUSED
    times = {
        "seen_at": max(started, moment(facts["seen_at"]) or started),
        "removed_at": moment(facts["removed_at"] or ""),
    }
    movie = Movie.objects.get(pk=line.movie_id or 0)
    line.made = Play.objects.create(
        user=batch.user, movie=movie, started_at=started, finished_at=finished, **numbers, **times
    ).pk
    return Outcome.ADDED


def undo_play(line: ImportLine, batch: MemberImport, at: datetime) -> str:
    made = Play.objects.filter(pk=line.made or 0, user=batch.user, seen_at=line.facts["seen_at"])
    return Outcome.TAKEN_BACK if made.delete()[0] else Outcome.LEFT


def _here_before(line: ImportLine, batch: MemberImport, here: int) -> bool:
    """Whether this very line was here before the import: so many like it were, and fewer stand above it in the file."""
    above = batch.lines.filter(kind=line.kind, place__lt=line.place, facts__on=line.facts["on"])
    above = (
        above.filter(movie_id=line.movie_id or 0) if line.movie_id else above.filter(title=line.title, year=line.year)
    )
    counts = {row["outcome"]: row["n"] for row in above.values("outcome").annotate(n=Count("pk"))}
    return bool(here - counts.get(Outcome.ADDED, 0) > counts.get(Outcome.SAME, 0))


def _day(line: ImportLine) -> date | None:
    return date.fromisoformat(line.facts["on"]) if line.facts["on"] else None
