"""Everything that is one member's own, as an export writes it: in an order and with values that owe nothing to this database."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from catalog.models import Alert, FilmList, Hidden, ListEntry, Movie, Play, Preferences, Rating, User, Viewing
from catalog.moving.own import written

Rows = Sequence[Mapping[str, Any]]


def export(user: User) -> bytes:
    """Return a member's belongings as the ZIP of catalog.moving.own."""
    return written(of(user))


def of(user: User) -> dict[str, Rows]:
    """Return a member's belongings by the names of the export's tables."""
    return {
        "choices": _choices(user),
        "ratings": [
            {**_film(rating.movie), "value": rating.value, "rated_at": _moment(rating.rated_at)}
            for rating in _by_film(Rating.objects.filter(rater__user=user))
        ],
        "diary": [
            {**_kept(viewing), "seen_on": viewing.seen_on and viewing.seen_on.isoformat(), "note": viewing.note}
            for viewing in Viewing.objects.filter(user=user).newest_first().reverse().select_related("movie")
        ],
        **_lists(user),
        "hidden": [
            {**_film(row.movie), "hidden_at": _moment(row.hidden_at)}
            for row in _by_film(Hidden.objects.filter(user=user))
        ],
        "plays": [_play(play) for play in _by_film(Play.objects.filter(user=user), "started_at")],
        "alerts": [_alert(alert) for alert in _by_film(Alert.objects.filter(user=user), "territory")],
    }


def counts(user: User) -> dict[str, int]:
    """Return how much there is of each kind, without reading it."""
    return {
        "ratings": Rating.objects.filter(rater__user=user).count(),
        "diary": Viewing.objects.filter(user=user).count(),
        "watchlist": ListEntry.objects.filter(list__user=user, list__is_watchlist=True).count(),
        "lists": FilmList.objects.filter(user=user, is_watchlist=False).count(),
        "hidden": Hidden.objects.filter(user=user).count(),
        "plays": Play.objects.filter(user=user).count(),
        "alerts": Alert.objects.filter(user=user).count(),
    }


def _choices(user: User) -> Rows:
    """Return what differs from a newcomer's choices."""
    mine, newcomers = Preferences.objects.filter(user=user).first(), Preferences()
    names = sorted(field.name for field in Preferences._meta.fields if field.name != "user")
    changed = [name for name in names if mine and getattr(mine, name) != getattr(newcomers, name)]
    return [{"name": name, "value": getattr(mine, name)} for name in changed]


def _lists(user: User) -> dict[str, Rows]:
    made = list(FilmList.objects.filter(user=user, is_watchlist=False).order_by("made_at", "pk"))
    numbers = {one.pk: number for number, one in enumerate(made, start=1)}
    mine = ListEntry.objects.filter(list__user=user).select_related("movie")
    watched = mine.filter(list__is_watchlist=True).order_by("position")
    others = sorted(mine.filter(list__in=made), key=lambda entry: (numbers[entry.list_id], entry.position))
    told = ("title", "note", "numbered")
    return {
        "watchlist": [_entry(entry) for entry in watched],
        "lists": [
            {"list": numbers[one.pk], **{name: getattr(one, name) for name in told}, "made_at": _moment(one.made_at)}
            for one in made
        ],
        "list_films": [{"list": numbers[entry.list_id], **_entry(entry)} for entry in others],
    }


def _by_film(rows: Any, *then: str) -> Any:
    return rows.select_related("movie").order_by("movie_id", *then, "pk")


def _film(movie: Movie) -> dict[str, Any]:
    return {"film": movie.pk, "title": movie.title, "year": movie.year}


def _kept(row: Viewing | ListEntry) -> dict[str, Any]:
    """Return the film as the catalogue names it now, or as it was kept when it left."""
    return _film(row.movie) if row.movie else {"film": None, "title": row.title, "year": row.year}


def _entry(entry: ListEntry) -> dict[str, Any]:
    return {**_kept(entry), "note": entry.note, "added_at": _moment(entry.added_at)}


def _play(play: Play) -> dict[str, Any]:
    numbers = {name: getattr(play, name) for name in ("position", "furthest", "length", "by_hand")}
    times = {name: _moment(getattr(play, name)) for name in ("started_at", "seen_at", "finished_at", "removed_at")}
    return {**_film(play.movie), **numbers, **times}


def _alert(alert: Alert) -> dict[str, Any]:
    times = {name: _moment(getattr(alert, name)) for name in ("asked_at", "found_at", "read_at")}
    return {**_film(alert.movie), "territory": alert.territory, **times}


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
