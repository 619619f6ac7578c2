"""A chunk of a partner's ratings in the database: some ten statements, however many rows.

Locks are taken films rising, ratings first and then tallies, as whoever sends a single rating takes them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from catalog.bulk.outcomes import Change, Given, Key, Plan
from catalog.models import Partner, PartnerTally, Rater, Rating, Source
from catalog.services import partner_raters
from catalog.services.bulk_rows import MOMENT, SMALL, TEXT, WHOLE, ask, do, given, join, moment, stored

REASON = "bulk import"
RATER, RATING, HISTORY = Rater._meta.db_table, Rating._meta.db_table, Rating.history.model._meta.db_table
TALLY = PartnerTally._meta.db_table
Pair = tuple[int, int]  # rater and film


class Owner(NamedTuple):
    """Whose viewers these are, and whether it is all for trying out."""

    partner: Partner
    test: bool


class Known(NamedTuple):
    """What there is: the raters among those named, and their ratings."""

    raters: Mapping[str, int]
    ratings: Mapping[Key, Given]


def known(owner: Owner, keys: Collection[Key]) -> Known:
    """Return what there is of these."""
    users = sorted({user for user, _ in keys})
    raters = _raters(owner, users) if users else {}
    return Known(raters, {key: there for key, (_, there) in _found(raters, keys).items()})


def write(owner: Owner, plan: Plan, raters: Mapping[str, int], source: Source, at: datetime) -> bool:
    """Write what a plan changes, with its history and tallies, inside a transaction.

    raters: those known before; one that is gone since breaks it (IntegrityError). False, and nothing is written, when the
    ratings that the plan was made from have changed.
    """
    after = plan.after
    keys = after.keys() | plan.before.keys()
    new_users = {user for user, _ in keys} - raters.keys()
    raters = {**raters, **partner_raters.raters(partner=owner.partner, references=new_users, test=owner.test)}
    there = _found(raters, keys, lock=True)
    if {key: kept for key, (_, kept) in there.items()} != plan.before:
        return False
    if not after:
        return True
    ids = {key: pk for key, (pk, _) in there.items()}
    old = [(ids[key], *kept) for key, kept in after.items() if key in ids]
    new = sorted((key[1], raters[key[0]], *kept) for key, kept in after.items() if key not in ids)
    if old:
        _update(old, source, at)
    made = _insert(new, source, at) if new else {}
    ids |= {key: made[raters[key[0]], key[1]] for key in after if key not in ids}
    if not owner.test:  # what is only tried out counts nowhere, and history could never let go of it
        _remember(plan.changes, ids, raters, source, at)
        _tally(owner.partner, plan.before, after)
    return True


def _raters(owner: Owner, users: Sequence[str]) -> dict[str, int]:
    table, parameters = given({"reference": TEXT}, [(user,) for user in users])
    rows = ask(  # with the words of the index: or every viewer of the partner would be looked at
        f"SELECT r.reference, r.id FROM {table} {join()} {RATER} AS r ON r.reference = given.reference "  # noqa: S608
        "WHERE r.partner_id = %s AND r.test = %s AND NOT (r.reference = '')",
        [*parameters, owner.partner.pk, owner.test],
    )
    return dict(rows)


def _found(raters: Mapping[str, int], keys: Collection[Key], *, lock: bool = False) -> dict[Key, tuple[int, Given]]:
    references = {pk: reference for reference, pk in raters.items()}
    pairs = [(raters[user], film) for user, film in keys if user in raters]
    if not pairs:
        return {}
    table, parameters = given({"rater": WHOLE, "film": WHOLE}, pairs)
    rows = ask(
        f"SELECT r.id, r.rater_id, r.movie_id, r.value, r.rated_at FROM {table} {join()} {RATING} AS r "  # noqa: S608
        "ON r.rater_id = given.rater AND r.movie_id = given.film ORDER BY r.movie_id, r.rater_id"
        + (" FOR UPDATE OF r" if lock and connection.features.has_select_for_update else ""),
        parameters,
    )
    return {(references[rater], film): (pk, Given(value, moment(when))) for pk, rater, film, value, when in rows}


def _update(rows: Sequence[tuple[int, int, datetime]], source: Source, at: datetime) -> None:
    table, parameters = given({"id": WHOLE, "value": SMALL, "rated_at": MOMENT}, rows)
    do(
        f"UPDATE {RATING} SET value = given.value, rated_at = given.rated_at, recorded_at = %s, source_id = %s "  # noqa: S608
        f"FROM {table} WHERE {RATING}.id = given.id",
        [stored(at), source.pk, *parameters],
    )


def _insert(rows: Sequence[tuple[int, int, int, datetime]], source: Source, at: datetime) -> dict[Pair, int]:
    """Make ratings, and return the key of each."""
    table, parameters = given({"film": WHOLE, "rater": WHOLE, "value": SMALL, "rated_at": MOMENT}, rows)
    made = ask(
        f"INSERT INTO {RATING} (movie_id, rater_id, value, rated_at, recorded_at, source_id) "  # noqa: S608
        f"SELECT film, rater, value, rated_at, {_at()}, %s FROM {table} RETURNING id, rater_id, movie_id",
        [stored(at), source.pk, *parameters],
    )
    return {(rater, film): pk for pk, rater, film in made}


def _remember(
    changes: Sequence[Change], ids: Mapping[Key, int], raters: Mapping[str, int], source: Source, at: datetime
) -> None:
    """Write the history as simple-history would: one row for each change, in the order of the file."""
    rows = [(ids[one.key], raters[one.key[0]], one.key[1], *one.given, "+" if one.is_new else "~") for one in changes]
    columns = {"id": WHOLE, "rater": WHOLE, "film": WHOLE, "value": SMALL, "rated_at": MOMENT, "sign": TEXT}
    table, parameters = given(columns, rows)
    do(
        f"INSERT INTO {HISTORY} (id, rater_id, movie_id, value, rated_at, history_type, recorded_at, history_date, "  # noqa: S608
        f"source_id, history_change_reason) SELECT id, rater, film, value, rated_at, sign, {_at()}, {_at()}, %s, %s "
        f"FROM {table}",
        [stored(at), stored(at), source.pk, REASON, *parameters],
    )


def _tally(partner: Partner, before: Mapping[Key, Given], after: Mapping[Key, Given]) -> None:
    """Move the partner's tallies by what changed, films rising."""
    votes, points = Counter[int](), Counter[int]()
    for key, now in after.items():
        was = before.get(key)
        votes[key[1]] += was is None
        points[key[1]] += 10 * (now.value - (was.value if was else 0))
    films = sorted(film for film in votes if votes[film] or points[film])
    kept = PartnerTally.objects.select_for_update().filter(partner=partner, movie__in=films).order_by("movie_id")
    there = dict(kept.values_list("movie_id", "pk"))
    columns = {"place": WHOLE, "votes": WHOLE, "points": WHOLE}
    if there:
        table, parameters = given(columns, [(pk, votes[film], points[film]) for film, pk in there.items()])
        do(
            f"UPDATE {TALLY} SET votes = {TALLY}.votes + given.votes, points = {TALLY}.points + given.points "  # noqa: S608
            f"FROM {table} WHERE {TALLY}.id = given.place",
            parameters,
        )
    if len(there) < len(films):
        table, parameters = given(columns, [(film, votes[film], points[film]) for film in films if film not in there])
        # A first vote may come from elsewhere at the same moment; WHERE: or SQLite reads ON as that of a join.
        do(
            f"INSERT INTO {TALLY} (partner_id, movie_id, votes, points) SELECT %s, place, votes, points FROM {table} "  # noqa: S608
            f"WHERE true ON CONFLICT (partner_id, movie_id) DO UPDATE SET votes = {TALLY}.votes + excluded.votes, "
            f"points = {TALLY}.points + excluded.points",
            [partner.pk, *parameters],
        )


def _at() -> str:
    """Return the place of a moment in a SELECT, where PostgreSQL cannot tell its type."""
    return "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
