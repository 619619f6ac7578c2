"""Writing one row of an import down: what a member has here stays unless they said otherwise; twice changes nothing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from catalog.models import Alert, FilmList, Hidden, Move, MoveRow, Play, Preferences, Rating, Viewing
from catalog.moving import lines
from catalog.moving.lines import WATCHLIST
from catalog.services import diary, entries, lists, ratings
from catalog.services.removals import packed
from catalog.territories import COUNTRIES

THERE, WRITTEN, KEPT = MoveRow.Outcome.THERE, MoveRow.Outcome.WRITTEN, MoveRow.Outcome.KEPT
DOUBLE, FULL, REFUSED = MoveRow.Outcome.DOUBLE, MoveRow.Outcome.FULL, MoveRow.Outcome.REFUSED
CHOICES = ("personal", "judge", "own_first", "record_plays")


def take(row: MoveRow, move: Move, at: datetime) -> str:
    """Write a row down, inside the transaction of its chunk, and return what became of it; undoing reads before and made."""
    days = (value for name, value in row.facts.items() if name.endswith(("_at", "_on")))
    if any(day and day[:10] > (at + diary.AHEAD).date().isoformat() for day in days):
        return REFUSED  # a day that is still to come
    return _TAKE[row.kind](row, move, at)


def moment(row: MoveRow, name: str, at: datetime) -> datetime:
    """Return a time of the row, or, when the file says none, the one given."""
    given = row.facts.get(name)
    return datetime.fromisoformat(given) if given else at


def taken_before(row: MoveRow) -> QuerySet[MoveRow]:
    """Rows of the same kind and film in the same file that were taken already."""
    done = MoveRow.objects.filter(move=row.move_id, kind=row.kind).exclude(pk=row.pk)
    same = done.exclude(outcome__in=["", REFUSED, FULL])
    return same.filter(movie=row.movie_id) if row.movie_id else same.filter(movie=None, title=row.title, year=row.year)


def _rating(row: MoveRow, move: Move, at: datetime) -> str:
    if row.movie_id is None:
        return REFUSED
    if taken_before(row).exists():
        return DOUBLE
    value, rated_at = row.facts["value"], moment(row, "rated_at", move.asked_at)
    mine = Rating.objects.select_for_update().filter(rater__user=move.user, movie=row.movie_id).first()
    if mine and mine.value == value and (mine.rated_at == rated_at or not row.facts.get("rated_at")):
        return THERE
    if mine and not move.take_theirs:
        return KEPT
    row.before = (
        {"value": mine.value, "rated_at": mine.rated_at.isoformat(), "source_id": mine.source_id} if mine else None
    )
    given = {"value": value, "rated_at": rated_at}
    ratings.bring_rating(movie_id=row.movie_id, by=move.user, at=at, **given)
    row.made = {"value": value, "rated_at": rated_at.isoformat()}
    return WRITTEN


def _seen(row: MoveRow, move: Move, at: datetime) -> str:
    """The same film on the same day as often as the file says: what is in the diary counts towards that."""
    told: dict[str, Any] = {"seen_on": row.facts["seen_on"]}
    if move.origin == Move.Origin.OWN:
        told |= {"note": row.facts["note"], "recorded_at": moment(row, "recorded_at", at)}
    same = {f"facts__{name}": row.facts[name] for name in told}
    before = taken_before(row).filter(**{name: value for name, value in same.items() if value is not None})
    if row.facts["seen_on"] is None:
        before = before.filter(facts__seen_on=None)
    mine = Viewing.objects.filter(user=move.user, **_film(row))
    unknown = {"seen_on__isnull": True} if told["seen_on"] is None else {"seen_on": told["seen_on"]}
    rest = {name: value for name, value in told.items() if name != "seen_on"}
    if mine.filter(**unknown, **rest).count() > before.count():
        return THERE
    return _viewing(row, move, date.fromisoformat(told["seen_on"]) if told["seen_on"] else None, at)


def _watched(row: MoveRow, move: Move, at: datetime) -> str:
    """Seen some time: said only of a film that is not in the diary anyhow."""
    if Viewing.objects.filter(user=move.user, movie=row.movie_id).exists():
        return THERE
    return _viewing(row, move, None, at)


def _viewing(row: MoveRow, move: Move, day: date | None, at: datetime) -> str:
    if Viewing.objects.filter(user=move.user).count() >= diary.MOST_VIEWINGS:
        return FULL
    when = {"seen_on": day, "recorded_at": moment(row, "recorded_at", move.asked_at)}
    made = Viewing.objects.create(user=move.user, **_kept(row), **when, note=row.facts.get("note", ""))
    row.made = packed(made)
    return WRITTEN


def _list(row: MoveRow, move: Move, at: datetime) -> str:
    """The list of this title and day, made here when there is none; one that is here keeps its words."""
    facts = row.facts
    mine = FilmList.objects.filter(user=move.user).order_by("pk")
    if facts["list"] == WATCHLIST:
        found = mine.filter(is_watchlist=True).first()
    else:
        same = mine.filter(is_watchlist=False, title=facts["list"])
        same = same.filter(made_at=facts["made_at"]) if facts.get("made_at") else same
        found = _not_yet_met(row, same)
    row.made = {"list": found.pk} if found else None
    if found:
        return THERE
    if FilmList.objects.filter(user=move.user).count() >= lists.MOST_LISTS:
        return FULL
    made_at = moment(row, "made_at", move.asked_at)
    words = {"title": facts.get("own_title", facts["list"]), "note": facts.get("note", ""), "made_at": made_at}
    watch, numbered = facts["list"] == WATCHLIST, facts.get("numbered", False)
    changed_at = moment(row, "changed_at", made_at)
    made = FilmList.objects.create(
        user=move.user, is_watchlist=watch, numbered=numbered, changed_at=changed_at, **words
    )
    row.made = {"list": made.pk, "new": packed(made)}
    return WRITTEN


def _not_yet_met(row: MoveRow, same: QuerySet[FilmList]) -> FilmList | None:
    """Two lists of one title and day are two: the second line of the file means the second list."""
    met = MoveRow.objects.filter(move=row.move_id, kind=lines.LIST, number__lt=row.number).exclude(outcome="")
    taken = {made["list"] for made in met.values_list("made", flat=True) if made}
    return next((one for one in same if one.pk not in taken), None)


def _entry(row: MoveRow, move: Move, at: datetime) -> str:
    of = MoveRow.objects.filter(move=row.move_id, kind=lines.LIST, facts__ref=row.facts["ref"]).first()
    film_list = FilmList.objects.filter(pk=of.made["list"], user=move.user).first() if of and of.made else None
    if of is None or film_list is None:
        return FULL
    there = film_list.entries.filter(**_film(row))
    if there.exists() and (row.movie_id or there.count() > _entries_before(row)):
        return THERE
    if film_list.entries.count() >= entries.MOST_ENTRIES:
        return FULL
    added_at = moment(row, "added_at", move.asked_at)
    made = entries.append(film_list, **_kept(row), note=row.facts.get("note", ""), added_at=added_at)
    row.made = packed(made)
    return WRITTEN


def _entries_before(row: MoveRow) -> int:
    return taken_before(row).filter(facts__ref=row.facts["ref"]).count()


def _hidden(row: MoveRow, move: Move, at: datetime) -> str:
    given = {"hidden_at": moment(row, "hidden_at", at)}
    return _once(row, Hidden, {"user": move.user, "movie_id": row.movie_id}, given)


def _alert(row: MoveRow, move: Move, at: datetime) -> str:
    facts = row.facts
    if facts["territory"] not in COUNTRIES:
        return REFUSED
    given = {name: facts[name] for name in ("asked_at", "found_at", "read_at")}
    return _once(row, Alert, {"user": move.user, "movie_id": row.movie_id, "territory": facts["territory"]}, given)


def _play(row: MoveRow, move: Move, at: datetime) -> str:
    """What was watched is kept for those alone who said so."""
    facts = row.facts
    if not Preferences.objects.filter(user=move.user, record_plays=True).exists():
        return REFUSED
    mine = Play.objects.filter(user=move.user, movie=row.movie_id)
    same = mine.filter(started_at=facts["started_at"])
    if not same.exists() and facts["finished_at"] is None and mine.open().exists():
        return KEPT
    given = {name: value for name, value in facts.items() if name != "started_at"}
    return _once(row, Play, {"user": move.user, "movie_id": row.movie_id, "started_at": facts["started_at"]}, given)


def _once(row: MoveRow, model: Any, key: dict[str, Any], given: dict[str, Any]) -> str:
    if row.movie_id is None:
        return REFUSED
    if model.objects.filter(**key).exists():
        return THERE
    made = model.objects.create(**key, **given)
    made.refresh_from_db()
    row.made = packed(made)
    return WRITTEN


def _choices(row: MoveRow, move: Move, at: datetime) -> str:
    chosen = {name: row.facts[name] for name in CHOICES}
    mine = Preferences.objects.filter(user=move.user).first()
    if mine:
        return THERE if {name: getattr(mine, name) for name in CHOICES} == chosen else KEPT
    Preferences.objects.create(user=move.user, **chosen)
    row.made = chosen
    return WRITTEN


def _film(row: MoveRow) -> dict[str, Any]:
    return {"movie": row.movie_id} if row.movie_id else {"movie": None, "title": row.title, "year": row.year}


def _kept(row: MoveRow) -> dict[str, Any]:
    """Return film, title and year as they are kept: the catalogue's own words where it has the film."""
    if row.movie is None:
        return {"movie": None, "title": row.title, "year": row.year}
    return {"movie": row.movie, "title": row.movie.title, "year": row.movie.year}


_TAKE: dict[str, Callable[[MoveRow, Move, datetime], str]] = {
    lines.RATING: _rating,
    lines.SEEN: _seen,
    lines.WATCHED: _watched,
    lines.LIST: _list,
    lines.ENTRY: _entry,
    lines.HIDDEN: _hidden,
    lines.ALERT: _alert,
    lines.PLAY: _play,
    lines.CHOICES: _choices,
}
