"""Rows of what members keep, for tests: lists, a diary, what they took away."""

import itertools
import secrets
from collections.abc import Iterable
from typing import Any

from catalog.models import FeedLink, FilmList, ImportLine, ListEntry, MemberImport, Movie, Removal, User, Viewing
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


def make_member_import(user: User | None = None, *, lines: int = 0, **given: Any) -> MemberImport:
    """An import that was read and waits for its member, with so many lines of films that are not in the catalogue."""
    fields = {"name": "ratings.csv", "source": "LETTERBOXD", "state": "READY", "sent_at": NOON, "lines_count": lines}
    made = MemberImport.objects.create(user=user or make_user(), **{**fields, **given})
    for place in range(lines):
        make_import_line(made, place=place)
    return made


def make_import_line(batch: MemberImport | None = None, **given: Any) -> ImportLine:
    """A rating of 8 of a film that is not in the catalogue."""
    batch = batch or make_member_import()
    fields = {"place": 0, "kind": "RATING", "file": "ratings.csv", "number": 2, "title": "Nowhere", "year": 1950}
    fields |= {"facts": {"value": 8, "at": ""}, "match": "UNKNOWN"}
    return ImportLine.objects.create(batch=batch, **{**fields, **given})
