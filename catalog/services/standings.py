"""Writing an edition's standings and rank changes: four statements, however many films."""

import json
from collections.abc import Sequence

from django.db import connection

from catalog.models import RankChange, Standing
from catalog.recsys.weighted import Ranked

Row = tuple[int | None, ...]


def replace(number: int, rows: Sequence[Ranked], *, listed: int) -> int:
    """Put an edition's rows in the place of the last one's and return how many ranks changed. Inside a transaction.

    listed: how many films the last edition ranked.
    """
    before = dict(Standing.objects.values_list("movie_id", "rank"))
    before |= _deleted(set(range(1, listed + 1)) - set(before.values()))
    Standing.objects.all().delete()
    _insert(
        Standing._meta.db_table,
        ("movie_id", "votes", "points", "wr_e6", "rank", "edition_id"),
        [(row.id, row.votes, row.points, row.wr_e6, row.rank, number) for row in rows],
    )
    changes = _changes(before, {row.id: row.rank for row in rows})
    _insert(
        RankChange._meta.db_table,
        ("edition_id", "movie_id", "before", "after"),
        [(number, *change) for change in changes],
    )
    return len(changes)


def _deleted(ranks: set[int]) -> dict[int, int]:
    """Return the films at these ranks, whose standings went when they were deleted: the last ones that moved there."""
    if not ranks:
        return {}
    arrived = RankChange.objects.filter(after__in=ranks).order_by("edition_id").values_list("after", "movie_id")
    return {film: rank for rank, film in dict(arrived).items() if rank is not None}


def _changes(before: dict[int, int | None], after: dict[int, int | None]) -> list[tuple[int, int | None, int | None]]:
    """Return (film, rank before, rank after) for every film whose rank moved, came or went."""
    films = sorted(before.keys() | after.keys())
    return [(film, before.get(film), after.get(film)) for film in films if before.get(film) != after.get(film)]


def _insert(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert whole-number rows by one statement, whatever the database's limit of parameters."""
    if connection.vendor == "sqlite":
        cells = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(columns)))
        origin = "json_each(%s)"
    else:
        cells = ", ".join(f"(value->>{place})::bigint" for place in range(len(columns)))
        origin = "jsonb_array_elements(%s::jsonb)"
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {cells} FROM {origin}', [json.dumps(rows)])  # noqa: S608
