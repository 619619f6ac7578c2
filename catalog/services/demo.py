"""Loading a demo set into an empty catalogue: everything in one transaction, or nothing."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from catalog import titles
from catalog.demo.films import DemoFilm
from catalog.demo.licences import generated_licences
from catalog.demo.ratings import Ints, Ratings
from catalog.demo.sources import GENERATED
from catalog.demo.sources import Source as Origin
from catalog.errors import CatalogError, NotPublishable
from catalog.models import DataImport, ImportedVotes, Licence, Movie, Rater, Rating, Source, genre_line
from catalog.services import numbering, tallies
from mlops import audit
from mlops.ports import Actor

BATCH = 1000
Progress = Callable[[str, int, int], None]
RATERS = uuid.UUID("6f1d3a0e-0d0c-5a55-9a1b-1895122820ff")  # namespace of demo raters: the same rater on every machine


@dataclass(frozen=True)
class DemoSet:
    """What is to be loaded: films and ratings, the source of each, and what to report of each."""

    films: Sequence[DemoFilm]
    film_source: Origin
    film_report: dict[str, Any]
    ratings: Ratings
    rating_source: Origin
    rating_report: dict[str, Any]
    licence_seed: int


def check_may_load(sources: Sequence[Origin]) -> None:
    """Refuse a set that is not alone, or whose terms forbid publishing it here. Raises CatalogError, NotPublishable."""
    if Movie.objects.exists():
        raise CatalogError("The catalogue already holds films: a demo set is loaded into an empty one.")
    forbidden = [source.title for source in sources if source.permitted_use != "ANY"]
    if forbidden and not settings.MAY_PUBLISH_NON_COMMERCIAL:
        raise NotPublishable(
            f"{' and '.join(forbidden)} may not be published here: set MAY_PUBLISH_NON_COMMERCIAL=yes if you hold "
            "the permission, or load DEMO=generated."
        )


@audit.governed()
def load(*, demo_set: DemoSet, by: Actor, at: datetime, progress: Progress) -> list[DataImport]:
    """Write films, votes, rights and ratings with their history, and recount. Raises CatalogError, NotPublishable."""
    check_may_load([demo_set.film_source, demo_set.rating_source])
    films_from, ratings_from, rights_from = (
        _source(found) for found in (demo_set.film_source, demo_set.rating_source, GENERATED)
    )
    _films(demo_set.films, films_from, at, progress)
    rights = _licences(demo_set, rights_from, at, progress)
    _ratings(demo_set.ratings, ratings_from, at, progress)
    tallies.rebuild()
    done = [
        (films_from, len(demo_set.films), demo_set.film_report),
        (ratings_from, len(demo_set.ratings), demo_set.rating_report),
        (rights_from, rights, {"kind": "licences", "seed": demo_set.licence_seed, "generated": True}),
    ]
    imports = [
        DataImport.objects.create(
            source=source, started_at=at, finished_at=max(at, datetime.now(UTC)), rows=rows, report=report
        )
        for source, rows, report in done
    ]
    audit.record(
        "demo.loaded",
        "catalogue",
        by=by,
        at=at,
        films=len(demo_set.films),
        ratings=len(demo_set.ratings),
        sources=[source.key for source, _, _ in done],
    )
    return imports


def feed_ratings(*, ratings: Ratings, source_key: str, by: Actor, at: datetime) -> int:
    """Record ratings that the load kept back, as if they were given now, and return how many were new.

    Of a film that is gone, or a rating that is there already, nothing is written: feeding twice is feeding once. No tally
    moves, since demo raters do not count. Raises CatalogError when the source was never loaded.
    """
    source = Source.objects.filter(key=source_key).first()
    if source is None:
        raise CatalogError(f"Nothing of {source_key!r} was loaded: load the demo before feeding what it kept back.")
    rows = list(zip(*(column.tolist() for column in _columns(ratings)), strict=True))
    return sum(_fed(rows[start : start + BATCH], source, by, at) for start in range(0, len(rows), BATCH))


@transaction.atomic
def _fed(rows: Sequence[tuple[int, int, int, int]], source: Source, by: Actor, at: datetime) -> int:
    raters = _known_raters({rater for rater, *_ in rows}, source)
    films = set(Movie.objects.filter(pk__in={film for _, film, *_ in rows}).values_list("pk", flat=True))
    given = set(Rating.objects.filter(rater__in=raters.values()).values_list("rater_id", "movie_id"))
    fresh = [row for row in rows if row[1] in films and (raters[row[0]].pk, row[1]) not in given]
    made = Rating.objects.bulk_create(_rating(row, raters[row[0]], source, at) for row in fresh)
    Rating.history.bulk_history_create(made, default_date=at, default_change_reason="fed by the demo")
    if fresh:
        audit.record("demo.fed", "catalogue", by=by, at=at, ratings=len(fresh), source=source.key)
    return len(fresh)


def _known_raters(numbers: Collection[int], source: Source) -> dict[int, Rater]:
    """Return the raters of a source by its numbers, those it had not met made now."""
    subjects = {number: _subject(source, number) for number in numbers}
    known = {rater.subject_id: rater for rater in Rater.objects.filter(subject_id__in=subjects.values())}
    new = [Rater(kind=Rater.Kind.DEMO, subject_id=one) for _, one in sorted(subjects.items()) if one not in known]
    known |= {rater.subject_id: rater for rater in Rater.objects.bulk_create(new)}
    return {number: known[subject] for number, subject in subjects.items()}


def _source(found: Origin) -> Source:
    facts = {
        "title": found.title,
        "licence_name": found.licence,
        "permitted_use": found.permitted_use,
        "terms": found.terms,
        "citation": found.citation,
        "origin": f"{found.package} {found.item}".strip() or "made here",
        "digest": found.sha256,
    }
    return Source.objects.get_or_create(key=found.key, defaults=facts)[0]


def _films(films: Sequence[DemoFilm], source: Source, at: datetime, progress: Progress) -> None:
    movies = [
        Movie(
            id=film.id,
            title=film.title,
            sort_title=film.sort_title[:200],
            search_title=titles.search_key(film.title)[:250],
            year=film.year,
            runtime=film.runtime,
            certificate=film.certificate,
            genres=genre_line(film.genres),
            source=source,
            source_row=film.id,
        )
        for film in films
    ]
    _write(Movie, movies, "films", at, progress)
    numbering.catch_up(Movie)
    ImportedVotes.objects.bulk_create(
        [
            ImportedVotes(
                movie_id=film.id, source=source, votes=film.votes, mean_tenths=film.mean_tenths, bands=list(film.bands)
            )
            for film in films
        ],
        batch_size=BATCH,
    )


def _licences(demo_set: DemoSet, source: Source, at: datetime, progress: Progress) -> int:
    drawn = generated_licences(demo_set.licence_seed, [film.id for film in demo_set.films], at.date())
    rows = [
        Licence(
            movie_id=found.film_id,
            territory=found.territory,
            starts_on=found.starts_on,
            ends_on=found.ends_on,
            source=source,
        )
        for found in drawn
    ]
    _write(Licence, rows, "licences", at, progress)
    return len(rows)


def _ratings(ratings: Ratings, source: Source, at: datetime, progress: Progress) -> None:
    numbers = sorted(set(ratings.raters.tolist()))
    raters = [Rater(kind=Rater.Kind.DEMO, subject_id=_subject(source, number)) for number in numbers]
    by_number = dict(zip(numbers, Rater.objects.bulk_create(raters, batch_size=BATCH), strict=True))
    rows = zip(*(column.tolist() for column in _columns(ratings)), strict=True)
    _write(Rating, [_rating(row, by_number[row[0]], source, at) for row in rows], "ratings", at, progress)


def _columns(ratings: Ratings) -> tuple[Ints, Ints, Ints, Ints]:
    return ratings.raters, ratings.film_ids, ratings.values, ratings.rated_at


def _rating(row: tuple[int, int, int, int], rater: Rater, source: Source, at: datetime) -> Rating:
    _, film, value, seconds = row
    given = datetime.fromtimestamp(seconds, UTC)
    return Rating(rater=rater, movie_id=film, value=value, rated_at=given, recorded_at=at, source=source)


def _subject(source: Source, number: int) -> uuid.UUID:
    return uuid.uuid5(RATERS, f"{source.key}:{number}")


def _write(model: type[Model], rows: Sequence[Any], noun: str, at: datetime, progress: Progress) -> None:
    """Write rows into an empty table in chunks, telling how far it is, and then their first history."""
    for start in range(0, len(rows), BATCH):
        model._default_manager.bulk_create(rows[start : start + BATCH])
        progress(noun, min(start + BATCH, len(rows)), len(rows))
    _remember(model, at)


def _remember(model: type[Model], at: datetime) -> None:
    """Copy a table just loaded into its history by one statement; row by row it would take longer than all the rest."""
    history = model.history.model  # type: ignore[attr-defined]
    shared = [field.column for field in history._meta.concrete_fields if not field.name.startswith("history_")]
    columns = ", ".join(f'"{column}"' for column in shared)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{history._meta.db_table}" ({columns}, history_date, history_type, history_change_reason) '  # noqa: S608
            f"SELECT {columns}, %s, '+', %s FROM \"{model._meta.db_table}\"",
            [connection.ops.adapt_datetimefield_value(at), "loaded with the demo"],
        )
