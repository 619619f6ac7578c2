"""Rows as columns: what recipes learn from, read out of the database in a canonical order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Count, F, Min, Window
from django.db.models.functions import RowNumber

from catalog.models import ImportedVotes, Movie, Partner, PartnerPlay, PartnerTally, Play, Rater, Rating, Source
from catalog.recsys.formula import RATER_KINDS
from catalog.recsys.signals import SIGNALS, UNRATED
from catalog.selectors import counting
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
    them, labelled by their signal, the films that members and partners' viewers watched to the end by then.

    Rebuilt from history: of each rater and film the last row by then, unless that one is a withdrawal. Of raters and films
    that are no longer there, and of viewers made for trying out, nothing is returned. Order: subject, time given, film, signal.
    """
    raters, films = _raters(), _films()
    found = [(*row, RATED) for row in _latest(until)]
    found += [(rater, film, UNRATED, at, at, None, WATCHED) for rater, film, at in _finished(until)]
    found += [(*row, WATCHED) for row in _told_by_partners(until)]
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
        "partner": np.array([raters[one][2] for one in rater], dtype=np.int64),
        "year": np.array([films[one][0] for one in film], dtype=np.int16),
        "votes": np.array([films[one][1] for one in film], dtype=np.int64),
    }
    order = np.lexsort([columns[name] for name in ("signal", "film", "at", "subject")])
    watched_here = [kind == WATCHED and one is None for one, kind in zip(source, signal, strict=True)]
    origins = _origins([one for one, here in zip(source, watched_here, strict=True) if not here])
    if count := sum(watched_here):
        origins.append(replace(VIEWERS, rows=count))
    return {name: column[order] for name, column in columns.items()}, origins


def tallies() -> tuple[Columns, list[Origin]]:
    """Return votes and points of every film as they stand now (they keep no history), by film, and where they come from.

    A film has a row of its own votes, and one of each partner's for it, before any bound. subject: the film's number written
    as a UUID, whose hash decides the partition.
    """
    found = [(row.film, row.year, row.partner, row.votes, row.points) for row in counting.votes(partners=True)]
    film, year, partner, votes, points = zip(*found, strict=True) if found else ((),) * 5
    columns = {
        "subject": np.array([f"00000000-0000-0000-0000-{number:012d}" for number in film], dtype="U36"),
        "film": np.array(film, dtype=np.int64),
        "year": np.array(year, dtype=np.int16),
        "partner": np.array(partner, dtype=np.int64),
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


def _told_by_partners(until: datetime) -> Iterable[tuple[Any, ...]]:
    """Return rater, film, no value, both times and source of each film that a partner's viewer watched to the end."""
    told = PartnerPlay.objects.filter(recorded_at__lte=until, rater__test=False)
    rows = list(told.values_list("rater", "movie", "watched_at", "recorded_at", "rater__partner"))
    sources = _sources({partner for *_, partner in rows}) if rows else {}
    return ((rater, film, UNRATED, at, noted, sources.get(partner)) for rater, film, at, noted, partner in rows)


def _sources(partners: Collection[int]) -> dict[int, int]:
    """Return the source of what each of these partners sends, by partner."""
    keys = {partner.source_key: partner.pk for partner in Partner.objects.filter(pk__in=partners)}
    return {keys[key]: pk for key, pk in Source.objects.filter(key__in=keys).values_list("key", "pk")}


def _raters() -> dict[int, tuple[str, int, int]]:
    """Return each rater's subject id as text, kind by its place in RATER_KINDS, and partner's number (0: none's).

    Who was made with a key for trying out is not among them.
    """
    rows = Rater.objects.filter(test=False).values_list("pk", "subject_id", "kind", "partner_id")
    return {key: (str(subject), RATER_KINDS.index(kind), partner or 0) for key, subject, kind, partner in rows}


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
    """Return the sources of votes that came with films, the partners', and the members', if any; rows are films."""
    films = dict(ImportedVotes.objects.order_by().values_list("source").annotate(Count("pk")))
    films |= _by_partners()
    found = [
        Origin(one.key, one.title, one.licence_name, one.permitted_use, films[one.pk])
        for one in Source.objects.filter(pk__in=films).order_by("key")
    ]
    rated = Rating.objects.filter(rater__kind=Rater.Kind.MEMBER).values("movie_id").distinct().count()
    return [*found, replace(MEMBERS, rows=rated)] if rated else found


def _by_partners() -> dict[int, int]:
    """Return how many films each partner's viewers voted for, by the partner's source."""
    sent = PartnerTally.objects.filter(votes__gt=0).order_by().values_list("partner").annotate(Count("pk"))
    films = dict(sent)
    return {source: films[partner] for partner, source in _sources(films).items()}
