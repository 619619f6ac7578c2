"""Rows of what members keep, for tests: lists, a diary, what they took away."""

import itertools
import secrets
from collections.abc import Iterable
from typing import Any

from catalog.models import FeedLink, FilmList, ListEntry, Move, MoveRow, Movie, Removal, User, Viewing
from tests.factories.catalog import make_movie, make_user
from tests.factories.mlops import NOON

_count = itertools.count(1)


def make_list(user: User | None = None, *, title: str = "", films: Iterable[Movie] = (), **given: Any) -> FilmList:
    """A list that only its member sees, of these films in this order. Give a token to share it."""
    if given.get("token"):
        given.setdefault("visibility", FilmList.Visibility.LINK)
    if not given.get("is_watchlist"):
        title = title or f"List {next(_count)}"
    times = {"made_at": NOON, "changed_at": NOON}
    made = FilmList.objects.create(user=user or make_user(), title=title, **{**times, **given})
    for film in films:
        make_entry(made, film)
    return made


def make_watchlist(user: User | None = None, *, films: Iterable[Movie] = (), **given: Any) -> FilmList:
    """The one watchlist of a member."""
    return make_list(user, films=films, is_watchlist=True, **given)


def make_entry(film_list: FilmList | None = None, movie: Movie | None = None, **given: Any) -> ListEntry:
    """A film at the end of a list."""
    film_list, movie = film_list or make_list(), movie or make_movie()
    fields = {"title": movie.title, "year": movie.year, "position": film_list.entries.count() + 1, "added_at": NOON}
    return ListEntry.objects.create(list=film_list, movie=movie, **{**fields, **given})


def make_viewing(user: User | None = None, movie: Movie | None = None, **given: Any) -> Viewing:
    """A film seen on the day of NOON."""
    movie = movie or make_movie()
    fields = {"title": movie.title, "year": movie.year, "seen_on": NOON.date(), "recorded_at": NOON}
    return Viewing.objects.create(user=user or make_user(), movie=movie, **{**fields, **given})


def make_removal(user: User | None = None, **given: Any) -> Removal:
    """A rating that was taken back."""
    movie = given.pop("movie", None) or make_movie()
    row = {"movie_id": movie.pk, "value": 7, "rated_at": NOON.isoformat(), "source_id": None}
    fields = {"kind": Removal.Kind.RATING, "what": str(movie), "payload": {"rating": row}, "removed_at": NOON}
    return Removal.objects.create(user=user or make_user(), **{**fields, **given})


def make_feed_link(user: User | None = None, **given: Any) -> FeedLink:
    """The secret address of a member's diary."""
    fields = {"kind": FeedLink.Kind.DIARY, "token": secrets.token_urlsafe(24), "made_at": NOON}
    return FeedLink.objects.create(user=user or make_user(), **{**fields, **given})


def make_move(user: User | None = None, **given: Any) -> Move:
    """An import from Letterboxd that is done, without rows."""
    fields = {"origin": Move.Origin.LETTERBOXD, "name": "letterboxd.zip", "state": Move.State.DONE, "asked_at": NOON}
    return Move.objects.create(user=user or make_user(), **{**fields, **given})


def make_move_row(move: Move | None = None, **given: Any) -> MoveRow:
    """A rating of a film that nobody found yet."""
    move = move or make_move()
    fields = {"number": move.rows.count() + 1, "kind": "RATING", "title": "Metropolis", "year": 1927}
    return MoveRow.objects.create(move=move, **{**fields, "facts": {"value": 8, "rated_at": None}, **given})
