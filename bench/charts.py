"""Publishing an edition from kept sums, and a full recount of 1,000,000 ratings, against pandas groupby."""

import uuid
from datetime import UTC, datetime, timedelta

import django
import numpy as np
import pandas as pd

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from bench.timing import seconds, table  # noqa: E402
from catalog.models import ChartEdition, Movie, Rater, Rating, Tally  # noqa: E402
from catalog.recsys import editions as codec  # noqa: E402
from catalog.recsys.weighted import chart  # noqa: E402
from catalog.services import editions, tallies  # noqa: E402
from mlops.ports import SYSTEM  # noqa: E402

RATINGS, RATERS, SEED = 1_000_000, 20_000, 7
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def synthetic() -> pd.DataFrame:
    """Return 1,000,000 distinct (rater, film, value), films by a Zipf-like law."""
    draw = np.random.default_rng(SEED)
    films = np.array(sorted(Movie.objects.values_list("pk", flat=True)))
    weight = 1.0 / (np.arange(len(films)) + 20.0)
    pairs = np.empty(0, dtype=np.int64)
    while len(pairs) < RATINGS:
        film = draw.choice(len(films), RATINGS, p=weight / weight.sum())
        pairs = np.unique(np.concatenate([pairs, draw.integers(RATERS, size=RATINGS) * len(films) + film]))
    pairs = draw.permutation(pairs)[:RATINGS]
    values = draw.integers(1, 11, RATINGS)
    return pd.DataFrame({"rater": pairs // len(films), "movie": films[pairs % len(films)], "value": values})


def store(frame: pd.DataFrame) -> None:
    raters = [Rater(kind=Rater.Kind.MEMBER, subject_id=uuid.UUID(int=n)) for n in range(RATERS)]
    first = Rater.objects.bulk_create(raters, batch_size=5000)[0].pk
    sql = f'INSERT INTO "{Rating._meta.db_table}" (rater_id, movie_id, value, rated_at, recorded_at) VALUES (%s,%s,%s,%s,%s)'
    rows = ((first + r, m, v, NOW, NOW) for r, m, v in frame.itertuples(index=False, name=None))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def by_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """The rival: count and sum by film, C, WR in floats, sorted."""
    sums = frame.groupby("movie")["value"].agg(["count", "sum"])
    mean = (sums["sum"] / sums["count"]).mean()
    sums["wr"] = (sums["sum"] + 25_000 * mean) / (sums["count"] + 25_000)
    return sums.sort_values(["wr", "count"], ascending=False)


def publish() -> None:
    """One rating more, then a whole edition: read, weigh, artefact with fsync, standings, rank changes, audit."""
    newest = ChartEdition.objects.order_by("-number").first()
    assert newest
    Tally.objects.filter(movie_id=Movie.objects.charted().first().pk).update(
        votes=F("votes") + 1, points=F("points") + 100
    )
    assert editions.publish(by=SYSTEM, at=newest.at + timedelta(hours=1), now=True)


def main() -> None:
    frame = synthetic()
    store(frame)
    tallies.rebuild()
    rival = seconds(lambda: by_pandas(frame), 7)
    films = editions.tallied()
    weigh = seconds(lambda: chart(films, prior_votes=25_000, floor=1), 7)
    whole = chart(films, prior_votes=25_000, floor=1)
    write = seconds(lambda: codec.artefact(whole, version="bench", prior_votes=25_000, floor=1, kinds=["MEMBER"]), 7)
    read = seconds(editions.tallied, 7)
    rows = [
        ("pandas groupby on a frame in memory (floats; the rival)", rival),
        ("kept sums → exact C, WR and order", read + weigh),
        ("… as a published edition (artefact, fsync, standings, rank changes, audit)", seconds(publish, 7)),
        ("full recount in the database (SQL sums of the rows)", seconds(tallies.recount, 3)),
        ("read the rows into a frame, then pandas groupby", seconds(lambda: by_pandas(from_database()), 3)),
        ("of the edition: reading tallies", read),
        ("of the edition: weighing, exact", weigh),
        ("of the edition: canonical bytes", write),
    ]
    cells = [(what, f"{taken * 1000:,.1f}", f"{taken / rival:.2f}") for what, taken in rows]
    table(
        f"An edition of {len(films):,} films, {RATINGS:,} ratings, {connection.vendor}",
        ("what", "ms", "× pandas"),
        cells,
    )


def from_database() -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT movie_id, value FROM "{Rating._meta.db_table}"')
        return pd.DataFrame(cursor.fetchall(), columns=["movie", "value"])


if __name__ == "__main__":
    main()
