"""Rows as columns: what recipes learn from, read out of the database in a canonical order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Count, F, Min, Window
from django.db.models.functions import RowNumber

from catalog.models import ImportedVotes, Movie, Play, Rater, Rating, Source, Tally
from catalog.recsys.formula import RATER_KINDS
from catalog.recsys.signals import SIGNALS, UNRATED
from mlops.ports import Array, Origin

Columns = dict[str, Array]
MEMBERS = Origin("members", "Ratings given on this site", "given by its members", Source.Use.ANY.value, 0)
VIEWERS = Origin(
    "viewers", "Films watched to the end on this site", "kept as its members chose", Source.Use.ANY.value, 0
)
RATED, WATCHED = (SIGNALS.index(name) for name in ("RATED", "WATCHED"))


@dataclass(frozen=True)
class Told:
    """What the catalogue says of a film."""

    name: str
    year: int
    genres: tuple[str, ...]


def told(films: Collection[int]) -> dict[int, Told]:
    """Return title with year, year and genres of those films that are there, by number."""
    found = Movie.objects.in_bulk(sorted(films))
    return {number: Told(str(movie), movie.year, movie.genre_names) for number, movie in found.items()}


def ratings(since: datetime | None, until: datetime) -> tuple[Columns, list[Origin]]:
    """Return the ratings as they were known at `until`, those recorded from `since` alone, and where they come from; and beside
    them, labelled by their signal, the films that members watched to the end by then.

    Rebuilt from history: of each rater and film the last row by then, unless that one is a withdrawal. Of raters and films
    that are no longer there nothing is returned. Order: subject, time given, film, signal.
    """
    raters, films = _raters(), _films()
    found = [(*row, RATED) for row in _latest(until)]
    found += [(rater, film, UNRATED, at, at, None, WATCHED) for rater, film, at in _finished(until)]
    rows = [row for row in found if row[0] in raters and row[1] in films and (since is None or row[4] >= since)]
    rater, film, value, given, recorded, source, signal = zip(*rows, strict=True) if rows else ((),) * 7
    columns = {
        "signal": np.array(signal, dtype=np.int8),
        "subject": np.array([raters[one][0] for one in rater], dtype="U36"),
        "film": np.array(film, dtype=np.int64),
        "value": np.array(value, dtype=np.int8),
        "at": _seconds(given),
        "recorded": _seconds(recorded),
        "kind": np.array([raters[one][1] for one in rater], dtype=np.int8),
        "year": np.array([films[one][0] for one in film], dtype=np.int16),
        "votes": np.array([films[one][1] for one in film], dtype=np.int64),
    }
    order = np.lexsort([columns[name] for name in ("signal", "film", "at", "subject")])
    origins = _origins([one for one, kind in zip(source, signal, strict=True) if kind == RATED])
    if count := signal.count(WATCHED):
        origins.append(replace(VIEWERS, rows=count))
    return {name: column[order] for name, column in columns.items()}, origins


def tallies() -> tuple[Columns, list[Origin]]:
    """Return votes and points of every film as they stand now (they keep no history), by film, and where they come from.

    subject: the film's number written as a UUID, whose hash decides the partition.
    """
    found = list(
        Tally.objects.filter(votes__gt=0).order_by("movie_id").values_list("movie_id", "movie__year", "votes", "points")
    )
    film, year, votes, points = zip(*found, strict=True) if found else ((),) * 4
    columns = {
        "subject": np.array([f"00000000-0000-0000-0000-{number:012d}" for number in film], dtype="U36"),
        "film": np.array(film, dtype=np.int64),
        "year": np.array(year, dtype=np.int16),
        "votes": np.array(votes, dtype=np.int64),
        "points": np.array(points, dtype=np.int64),
    }
    return columns, _tallied_from()


def _latest(until: datetime) -> Iterable[tuple[Any, ...]]:
    """Yield rater, film, value, times and source of each rating that stood at `until`, by one statement."""
    history = Rating.history.model
    newest = Window(
        RowNumber(),
        partition_by=[F("rater_id"), F("movie_id")],
        order_by=[F("history_date").desc(), F("history_id").desc()],
    )
    rows = history.objects.filter(history_date__lte=until).annotate(newest=newest).filter(newest=1)
    names = ("rater_id", "movie_id", "value", "rated_at", "recorded_at", "source_id", "history_type")
    return (row[:6] for row in rows.order_by().values_list(*names) if row[6] != "-")


def _finished(until: datetime) -> Iterable[tuple[int, int, datetime]]:
    """Return rater, film and moment of each film that a member first watched to the end by then.

    Only of members who still say that what they watch may be kept, and who are known to datasets: who rated something once.
    """
    kept = Play.objects.finished().filter(finished_at__lte=until, user__preferences__record_plays=True)
    first = kept.filter(user__rater__isnull=False).order_by().values("user__rater", "movie")
    return first.annotate(at=Min("finished_at")).values_list("user__rater", "movie", "at")


def _raters() -> dict[int, tuple[str, int]]:
    """Return each rater's subject id as text, and kind by its place in RATER_KINDS."""
    rows = Rater.objects.values_list("pk", "subject_id", "kind")
    return {key: (str(subject), RATER_KINDS.index(kind)) for key, subject, kind in rows}


def _films() -> dict[int, tuple[int, int]]:
    """Return each film's year, and the votes that came with it (0: none)."""
    rows = Movie.objects.values_list("pk", "year", "imported__votes")
    return {key: (year, votes or 0) for key, year, votes in rows}


def _seconds(moments: Sequence[datetime]) -> Array:
    """Return whole seconds since 1970, int64."""
    return np.array([int(moment.timestamp()) for moment in moments], dtype=np.int64)


def _origins(sources: Sequence[int | None]) -> list[Origin]:
    """Return the source of so many rows each, by key; rows without one were given here."""
    numbers, counts = np.unique([number or 0 for number in sources], return_counts=True)
    rows = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    found = [
        Origin(one.key, one.title, one.licence_name, one.permitted_use, rows[one.pk])
        for one in Source.objects.filter(pk__in=rows).order_by("key")
    ]
    return [*found, replace(MEMBERS, rows=rows[0])] if 0 in rows else found


def _tallied_from() -> list[Origin]:
    """Return the sources of the votes that came with films, and the members', where there are any; rows are films."""
    films = dict(ImportedVotes.objects.order_by().values_list("source").annotate(Count("pk")))
    found = [
        Origin(one.key, one.title, one.licence_name, one.permitted_use, films[one.pk])
        for one in Source.objects.filter(pk__in=films).order_by("key")
    ]
    rated = Rating.objects.filter(rater__kind=Rater.Kind.MEMBER).values("movie_id").distinct().count()
    return [*found, replace(MEMBERS, rows=rated)] if rated else found
