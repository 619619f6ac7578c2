"""Rows as columns: ratings as they were known at a moment, rebuilt from history; tallies as they are."""

from datetime import timedelta

import pytest

from catalog.models import Rater, Rating
from catalog.recsys.formula import RATER_KINDS
from catalog.selectors import extracts
from catalog.services import demo, ratings
from mlops.ports import SYSTEM
from tests.catalog.test_load_demo import generated_set
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def known(until, since=None):
    """(film, value, recorded in hours after noon) of each row."""
    rows, _ = extracts.ratings(since, until)
    hours = ((rows["recorded"] - int(NOON.timestamp())) // 3600).tolist()
    return list(zip(rows["film"].tolist(), rows["value"].tolist(), hours, strict=True))


def load():
    made = generated_set()
    demo.load(demo_set=made, by=SYSTEM, at=NOON, progress=lambda *_: None)
    return made


# --- what was known then -----------------------------------------------------------------------------------------
def test_a_change_and_a_withdrawal_are_known_from_their_moment_on():
    film, visitor = make.make_movie(), make.make_user()
    ratings.rate_movie(movie_id=film.pk, by=visitor, at=NOON, value=4)
    ratings.rate_movie(movie_id=film.pk, by=visitor, at=NOON + HOUR, value=9)
    ratings.withdraw_rating(movie_id=film.pk, by=visitor, at=NOON + 2 * HOUR)
    ratings.rate_movie(movie_id=film.pk, by=visitor, at=NOON + 3 * HOUR, value=6)
    assert known(NOON - HOUR) == []
    assert known(NOON) == [(film.pk, 4, 0)]
    assert known(NOON + HOUR) == [(film.pk, 9, 1)]
    assert known(NOON + 2 * HOUR) == []
    assert known(NOON + 3 * HOUR) == known(NOON + 99 * HOUR) == [(film.pk, 6, 3)]


def test_of_two_changes_in_one_moment_the_later_one_counts():
    film, visitor = make.make_movie(), make.make_user()
    for value in (4, 9, 5):
        ratings.rate_movie(movie_id=film.pk, by=visitor, at=NOON, value=value)
    assert known(NOON) == [(film.pk, 5, 0)]


def test_since_leaves_out_what_was_recorded_before():
    early, late, visitor = make.make_movie(), make.make_movie(), make.make_user()
    ratings.rate_movie(movie_id=early.pk, by=visitor, at=NOON, value=4)
    ratings.rate_movie(movie_id=late.pk, by=visitor, at=NOON + HOUR, value=8)
    assert known(NOON + HOUR, since=NOON + HOUR) == [(late.pk, 8, 1)]
    assert len(known(NOON + HOUR, since=NOON)) == 2


def test_until_now_it_is_the_table_itself():
    load()
    film, visitor = make.make_movie(), make.make_user()
    ratings.rate_movie(movie_id=film.pk, by=visitor, at=NOON + HOUR, value=4)
    Rating.objects.filter(rater__kind=Rater.Kind.DEMO).order_by("pk").first().delete()  # its history row is of today
    names = ("rater__subject_id", "movie_id", "value", "rater__kind", "movie__year", "rated_at", "recorded_at")
    table = sorted(
        (str(subject), int(given.timestamp()), film, value, RATER_KINDS.index(kind), year, int(noted.timestamp()))
        for subject, film, value, kind, year, given, noted in Rating.objects.values_list(*names)
    )
    rows, _ = extracts.ratings(None, NOON.replace(year=2100))
    columns = ("subject", "at", "film", "value", "kind", "year", "recorded")
    assert list(zip(*(rows[name].tolist() for name in columns), strict=True)) == table
    assert len(table) == 300


# --- what a row says ---------------------------------------------------------------------------------------------
def test_columns_have_the_types_that_were_promised():
    load()
    rows, _ = extracts.ratings(None, NOON)
    kinds = {name: column.dtype.str[1:] for name, column in rows.items()}
    assert kinds == {
        "subject": "U36", "signal": "i1", "film": "i8", "value": "i1", "at": "i8", "recorded": "i8",
        "kind": "i1", "partner": "i8", "year": "i2", "votes": "i8",
    }  # fmt: skip
    empty, origins = extracts.ratings(None, NOON - HOUR)
    assert {name: column.dtype for name, column in empty.items()} == {name: c.dtype for name, c in rows.items()}
    assert (len(empty["film"]), origins) == (0, [])


def test_every_row_has_an_origin_with_its_terms():
    made = load()
    make.make_member_rating(make.make_movie(), at=NOON)
    _, origins = extracts.ratings(None, NOON)
    assert [(one.key, one.permitted_use, one.rows) for one in origins] == [
        ("generated", "ANY", 300),
        ("members", "ANY", 1),
    ]
    assert origins[0].licence == made.rating_source.licence


def test_it_takes_few_statements_whatever_the_rows(django_assert_max_num_queries):
    load()
    with django_assert_max_num_queries(6):
        extracts.ratings(None, NOON)


# --- tallies -----------------------------------------------------------------------------------------------------
def test_tallies_are_those_of_films_with_a_vote():
    films = make.small_catalogue(3)
    make.make_movie()  # without a vote
    make.make_member_rating(films[0], value=10)
    rows, origins = extracts.tallies()
    assert rows["film"].tolist() == [film.pk for film in films]
    assert rows["votes"].tolist() == [200_001, 199_000, 198_000]
    assert rows["points"][0] == 200_000 * 90 + 100
    assert rows["partner"].tolist() == [0, 0, 0]
    assert len(set(rows["subject"].tolist())) == 3
    assert {len(one) for one in rows["subject"].tolist()} == {36}
    assert [(one.key, one.rows) for one in origins] == [("imported", 3), ("members", 1)]


def test_films_are_told_by_title_year_and_genres():
    film = make.make_movie("Metropolis", year=1927, genres=["Drama"])
    assert extracts.told([film.pk, film.pk + 1]) == {film.pk: extracts.Told("Metropolis (1927)", 1927, ("Drama",))}
    assert extracts.told([]) == {}
