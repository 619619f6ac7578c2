"""All that a member keeps, table by table, in an order that follows from the data and not from when it was written."""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from catalog.models import Alert, FilmList, Hidden, ListEntry, Play, Preferences, Rating, User, Viewing

Rows = Iterator[dict[str, Any]]
CHUNK = 1_000
TIMES = ("started_at", "seen_at", "finished_at", "removed_at", "asked_at", "found_at", "read_at")


def tables(user: User) -> dict[str, Rows]:
    """Return the rows of each table of the export; they are read as they are asked for."""
    return {name: rows(user) for name, rows in _TABLES.items()}


def counts(user: User) -> dict[str, int]:
    """Return how much a member keeps, part by part."""
    return {
        "ratings": Rating.objects.filter(rater__user=user).count(),
        "diary": Viewing.objects.filter(user=user).count(),
        "plays": Play.objects.filter(user=user).count(),
        "lists": FilmList.objects.filter(user=user).named().count(),
        "list_films": ListEntry.objects.filter(list__user=user).count(),
        "hidden": Hidden.objects.filter(user=user).count(),
        "alerts": Alert.objects.filter(user=user).count(),
    }


def _account(user: User) -> Rows:
    address = EmailAddress.objects.filter(user=user).order_by("-primary", "-verified", "pk").first()
    yield {
        "username": user.username,
        "joined_at": user.date_joined.isoformat(),
        "email": address.email if address else None,
        "email_confirmed": bool(address and address.verified),
    }


def _choices(user: User) -> Rows:
    for row in Preferences.objects.filter(user=user).values("personal", "judge", "own_first", "record_plays"):
        yield dict(row)


def _ratings(user: User) -> Rows:
    for row in _read(Rating.objects.filter(rater__user=user).order_by("rated_at", "movie_id")):
        yield {**_film(row), "value": row.value, "rated_at": row.rated_at.isoformat()}


def _diary(user: User) -> Rows:
    mine = _named(Viewing.objects.filter(user=user))
    order = (F("seen_on").asc(nulls_first=True), "recorded_at", "movie_id", "shown_title", "shown_year", "note", "pk")
    for row in _read(mine.order_by(*order)):
        day = row.seen_on.isoformat() if row.seen_on else None
        yield {**_film(row), "seen_on": day, "note": row.note, "recorded_at": row.recorded_at.isoformat()}


def _own_lists(user: User) -> QuerySet[FilmList]:
    return FilmList.objects.filter(user=user).order_by("-is_watchlist", "made_at", "title", "pk")


def _lists(user: User) -> Rows:
    for number, row in enumerate(_own_lists(user), 1):
        words = {"title": row.title, "watchlist": row.is_watchlist, "numbered": row.numbered, "note": row.note}
        times = {"made_at": row.made_at.isoformat(), "changed_at": row.changed_at.isoformat()}
        yield {"list": number, **words, **times}


def _list_films(user: User) -> Rows:
    for number, of in enumerate(_own_lists(user), 1):
        for place, row in enumerate(_read(of.entries.order_by("position")), 1):
            kept = {"note": row.note, "added_at": row.added_at.isoformat()}
            yield {"list": number, "place": place, **_film(row), **kept}


def _put_away(user: User) -> Rows:
    for row in _read(Hidden.objects.filter(user=user).order_by("hidden_at", "movie_id")):
        yield {**_film(row), "hidden_at": row.hidden_at.isoformat()}


def _plays(user: User) -> Rows:
    whole = ("position", "furthest", "length", "by_hand")
    for row in _read(Play.objects.filter(user=user).order_by("started_at", "movie_id", "pk")):
        yield {**_film(row), **_times(row), **{name: getattr(row, name) for name in whole}}


def _waiting_for(user: User) -> Rows:
    for row in _read(Alert.objects.filter(user=user).order_by("asked_at", "movie_id", "territory")):
        yield {**_film(row), "territory": row.territory, **_times(row)}


def _times(row: Any) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in TIMES if hasattr(row, name)}
    return {name: value.isoformat() if value else None for name, value in found.items()}


def _film(row: Any) -> dict[str, Any]:
    """Return number, title and year as the catalogue has them; as they were kept, when the film has left it."""
    of = row.movie or row
    return {"film": row.movie_id, "title": of.title, "year": of.year}


def _named(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Each with title and year as they are shown: what is sorted by must be what is written."""
    named: QuerySet[Any] = rows.annotate(
        shown_title=Coalesce(F("movie__title"), F("title")), shown_year=Coalesce(F("movie__year"), F("year"))
    )
    return named


def _read(rows: QuerySet[Any]) -> Iterator[Any]:
    return iter(rows.select_related("movie").iterator(chunk_size=CHUNK))


_TABLES: dict[str, Callable[[User], Rows]] = {
    "account": _account,
    "choices": _choices,
    "ratings": _ratings,
    "diary": _diary,
    "lists": _lists,
    "list_films": _list_films,
    "put_away": _put_away,
    "plays": _plays,
    "waiting_for": _waiting_for,
}
