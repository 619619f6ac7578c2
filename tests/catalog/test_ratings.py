"""Rating a film: what is a rating, what it moves, what is remembered of it, and what the database refuses."""

from datetime import timedelta
from enum import IntEnum

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.errors import BadRating, UnknownMovie
from catalog.models import Rater, Rating, Tally
from catalog.services import ratings, tallies
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
NO_RATINGS = [
    0, 11, -1, 5.5, 7.0, "5.5", "5,5", "٧", "７", "²", "½", None, True, False, "", " ", "1e1", "+7", "-7", "0x7",
    "seven", "7\x00", "\x00", "7" * 5000, 10**30, 10**5000, -(10**5000), float("nan"), float("inf"), 1j, b"7", [7],
    {"value": 7},
]  # fmt: skip


class Star(IntEnum):
    FIVE = 5


@pytest.fixture
def film():
    """A film that came with 100 votes of 6.5."""
    return make.make_imported_votes(votes=100, mean=6.5).movie


@pytest.fixture
def member():
    return make.make_user()


def rate(film, by, value, at=NOON):
    return ratings.rate_movie(movie_id=film.pk, by=by, at=at, value=value)


def withdraw(film, by, at=NOON):
    return ratings.withdraw_rating(movie_id=film.pk, by=by, at=at)


def tally(film):
    return Tally.objects.values_list("votes", "points").get(movie=film)


def history(film):
    return list(Rating.history.filter(movie=film).order_by("history_id").values_list("history_type", "value"))


# --- what a rating is --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", [1, 10, "1", "10", " 7 ", "07", Star.FIVE])
def test_a_whole_number_from_1_to_10_is_a_rating(film, member, value):
    assert rate(film, member, value).value == int(value)
    assert tally(film) == (101, 6500 + 10 * int(value))


@pytest.mark.parametrize(
    "value", NO_RATINGS, ids=lambda value: "huge" if isinstance(value, int) and abs(value) > 99 else ascii(value)[:12]
)
def test_anything_else_is_refused_and_nothing_is_written(film, member, value):
    with pytest.raises(BadRating, match=r"^A rating is a whole number from 1 to 10\.$"):
        rate(film, member, value)
    assert not Rating.objects.exists()
    assert not Rater.objects.exists()
    assert not Rating.history.exists()
    assert tally(film) == (100, 6500)


@pytest.mark.parametrize("number", [0, -1, 999, 2**31, 2**63, 10**30])
def test_a_film_that_does_not_exist_cannot_be_rated(member, number):
    with pytest.raises(UnknownMovie, match=rf"^There is no film with the number {number}\.$"):
        ratings.rate_movie(movie_id=number, by=member, at=NOON, value=7)
    assert not Rater.objects.exists()


def test_a_film_that_does_not_exist_has_no_rating_to_take_back(member):
    assert ratings.withdraw_rating(movie_id=999, by=member, at=NOON) is False


# --- what it moves -----------------------------------------------------------------------------------------------
def test_a_rating_is_one_more_vote(film, member):
    rate(film, member, 9)
    assert tally(film) == (101, 6590)
    assert tallies.differences() == []


def test_the_second_rating_replaces_the_first(film, member):
    first = rate(film, member, 2)
    second = rate(film, member, 9, LATER)
    assert second.pk == first.pk
    assert Rating.objects.get().value == 9
    assert (second.rated_at, second.recorded_at) == (LATER, LATER)
    assert tally(film) == (101, 6590)


def test_the_same_rating_again_changes_no_tally(film, member):
    rate(film, member, 4)
    rate(film, member, 4, LATER)
    assert tally(film) == (101, 6540)


def test_a_rating_taken_back_leaves_the_tally_exactly_as_it_was(film, member):
    rate(film, member, 3)
    rate(film, member, 10)
    assert withdraw(film, member) is True
    assert tally(film) == (100, 6500)
    assert not Rating.objects.exists()


def test_taking_back_twice_says_no_and_changes_nothing(film, member):
    rate(film, member, 3)
    withdraw(film, member)
    assert withdraw(film, member) is False
    assert tally(film) == (100, 6500)


def test_nobody_takes_back_the_rating_of_another(film, member):
    rate(film, member, 3)
    assert withdraw(film, make.make_user()) is False
    assert tally(film) == (101, 6530)


def test_each_member_and_each_film_counts_for_itself(film, member):
    other_film, other_member = make.make_movie(), make.make_user()
    rate(film, member, 10)
    rate(film, other_member, 1)
    rate(other_film, member, 5)
    assert tally(film) == (102, 6610)
    assert tally(other_film) == (1, 50)
    assert Rater.objects.filter(kind=Rater.Kind.MEMBER).count() == 2


def test_the_first_vote_of_a_film_makes_its_tally(member):
    film = make.make_movie()
    assert not Tally.objects.filter(movie=film).exists()
    rate(film, member, 8)
    assert tally(film) == (1, 80)
    withdraw(film, member)
    assert tally(film) == (0, 0)
    assert tallies.differences() == []


def test_ratings_of_the_demo_and_of_partners_never_count(film):
    for kind in (Rater.Kind.DEMO, Rater.Kind.PARTNER):
        make.make_rating(film, rater=make.make_rater(kind), value=1)
    assert tally(film) == (100, 6500)
    assert tallies.recount() == {film.pk: (100, 6500)}
    assert tallies.differences() == []


def test_a_closed_account_leaves_its_votes(film, member):
    rate(film, member, 9)
    member.delete()
    assert tally(film) == (101, 6590)
    assert tallies.differences() == []


# --- what is remembered ------------------------------------------------------------------------------------------
def test_history_holds_every_value_with_its_time(film, member):
    rate(film, member, 2, NOON)
    rate(film, member, 9, LATER)
    withdraw(film, member, LATER + timedelta(hours=1))
    assert history(film) == [("+", 2), ("~", 9), ("-", 9)]
    times = list(Rating.history.order_by("history_id").values_list("history_date", flat=True))
    assert times == [NOON, LATER, LATER + timedelta(hours=1)]
    assert Rating.history.latest("history_id").history_change_reason == "withdrawn"


def test_the_rating_at_a_moment_can_be_asked_for(film, member):
    rate(film, member, 2, NOON)
    rate(film, member, 9, LATER)
    withdraw(film, member, LATER + timedelta(hours=1))
    held = [
        [row.value for row in Rating.history.as_of(NOON + timedelta(minutes=minutes))] for minutes in (-1, 1, 61, 121)
    ]
    assert held == [[], [2], [9], []]


# --- what the database refuses -----------------------------------------------------------------------------------
def refused(statement, *values):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("value", [0, 11])
def test_the_database_refuses_a_value_off_the_scale(film, member, value):
    rating = rate(film, member, 7)
    refused("UPDATE catalog_rating SET value = %s WHERE id = %s", value, rating.pk)
    assert Rating.objects.get().value == 7


def test_the_database_refuses_a_second_rating_of_the_same_film(film, member):
    rating = rate(film, member, 7)
    columns = "rater_id, movie_id, value, rated_at, recorded_at"
    refused(f"INSERT INTO catalog_rating ({columns}) SELECT {columns} FROM catalog_rating WHERE id = %s", rating.pk)
    assert Rating.objects.count() == 1


@pytest.mark.parametrize(("votes", "points"), [(10, 99), (10, 1001), (0, 10), (1, 0)])
def test_the_database_refuses_points_that_no_votes_can_give(film, votes, points):
    refused("UPDATE catalog_tally SET votes = %s, points = %s", votes, points)


# --- a refusal in the middle -------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", [lambda film, by: rate(film, by, 1), withdraw])
def test_a_rating_and_its_tally_move_together_or_not_at_all(film, member, act):
    """The tally holds less than the rating gave, so taking that away is what the database refuses."""
    rate(film, member, 10)
    Tally.objects.filter(movie=film).update(votes=1, points=10)
    with pytest.raises(IntegrityError):
        act(film, member)
    assert Rating.objects.get().value == 10
    assert history(film) == [("+", 10)]
    assert tally(film) == (1, 10)
