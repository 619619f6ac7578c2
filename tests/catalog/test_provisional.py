"""«Since edition N»: what a film would be with the ratings of now, C and all other films unchanged; and the receipt."""

import random
from datetime import timedelta
from fractions import Fraction

import pytest

from catalog.models import Movie, Standing
from catalog.selectors import charts
from catalog.services import editions, ratings
from mlops.ports import SYSTEM
from tests import recompute
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def films():
    """Three films of 20,000 votes with means of 8, 7 and 6 in edition 1: C = 7."""
    made = [make.make_imported_votes(votes=20_000, mean=mean).movie for mean in (8.0, 7.0, 6.0)]
    make.make_edition()
    return made


def provisional(film):
    return charts.provisional(film, Standing.objects.filter(movie=film).first(), charts.newest())


# --- provisional numbers -----------------------------------------------------------------------------------------
def test_nothing_rated_since_the_edition_is_nothing_to_say(films):
    assert [provisional(film) for film in films] == [None] * 3


def test_before_the_first_edition_there_is_nothing_to_say():
    assert provisional(make.make_member_rating(value=3).movie) is None


def test_a_new_rating_changes_the_numbers_at_once(films):
    """(120,000 + 10 + 175,000) / 45,001 = 6.555632…: the film stays third."""
    make.make_member_rating(films[2], value=10)
    assert provisional(films[2]) == charts.Provisional(20_001, 1_200_100, 6_555_632, 3, 1)
    assert provisional(films[0]) is None


def test_taken_back_the_numbers_return_exactly(films):
    member = make.make_user()
    make.make_member_rating(films[2], by=member, value=10)
    ratings.withdraw_rating(movie_id=films[2].pk, by=member, at=NOON)
    assert provisional(films[2]) is None


def test_a_changed_rating_is_no_new_vote(films):
    member = make.make_user()
    make.make_member_rating(films[2], by=member, value=10)
    editions.publish(by=SYSTEM, at=NOON + timedelta(hours=1))
    make.make_member_rating(films[2], by=member, value=1)
    assert provisional(films[2]).new_votes == 0
    assert provisional(films[2]).points == 1_200_010


def test_a_film_nobody_had_voted_for_gets_a_provisional_place(films):
    """(10 + 175,000) / 25,001 = 7.000119…: above the film of mean 7, below the one of mean 8."""
    newcomer = make.make_member_rating(value=10).movie
    assert provisional(newcomer) == charts.Provisional(1, 100, 7_000_120, 2, 1)


def test_a_film_whose_only_vote_was_taken_back_has_none(films):
    member = make.make_user()
    newcomer = make.make_member_rating(by=member, value=10).movie
    editions.publish(by=SYSTEM, at=NOON + timedelta(hours=1))
    ratings.withdraw_rating(movie_id=newcomer.pk, by=member, at=NOON)
    assert provisional(newcomer) is None


@pytest.mark.parametrize("seed", range(3))
def test_its_place_is_where_the_total_order_puts_it(seed):
    """Many ties: films of few votes and one mean, so that votes, years and numbers decide."""
    chance = random.Random(seed)
    for _ in range(20):
        film = make.make_movie(year=chance.choice([1950, 1951]))
        make.make_imported_votes(film, votes=chance.randint(1, 3), mean=chance.choice([6.0, 6.0, 7.0]))
    make.make_edition()
    c = charts.newest().mean_e4
    for film in Movie.objects.order_by("pk"):
        member = make.make_user()
        make.make_member_rating(film, by=member, value=chance.choice([6, 7]))
        now = provisional(film)
        held = {row.movie_id: row for row in Standing.objects.select_related("movie")}
        keys = {number: (-row.wr_e6, -row.votes, row.movie.year, number) for number, row in held.items()}
        wr = recompute.wr_e6(recompute.Film(film.year, now.votes, now.points), 25_000, c)
        keys[film.pk] = (-wr, -now.votes, film.year, film.pk)
        assert (now.wr_e6, now.rank) == (wr, 1 + sorted(keys, key=keys.get).index(film.pk))
        ratings.withdraw_rating(movie_id=film.pk, by=member, at=NOON)


def test_when_c_does_not_move_the_next_edition_says_the_same(films):
    """A vote of exactly its mean leaves every mean, so C, as it was."""
    make.make_member_rating(films[1], value=7)
    now = provisional(films[1])
    editions.publish(by=SYSTEM, at=NOON + timedelta(hours=1))
    assert charts.newest().mean_e4 == 70_000
    standing = Standing.objects.get(movie=films[1])
    assert (standing.votes, standing.points, standing.wr_e6, standing.rank) == (
        now.votes,
        now.points,
        now.wr_e6,
        now.rank,
    )
    assert provisional(films[1]) is None


# --- the receipt -------------------------------------------------------------------------------------------------
def test_a_receipt_by_hand(films):
    """20,000 votes of 8 against 25,000 of 7: 4/9 · 8 + 5/9 · 7 = 67/9."""
    receipt = charts.receipt(films[0])
    assert (receipt.mean, receipt.own_weight, receipt.house_weight) == (8, Fraction(4, 9), Fraction(5, 9))
    assert (receipt.house_mean, receipt.exact) == (7, Fraction(67, 9))
    assert receipt.standing.wr_e6 == round(receipt.exact * 10**6) == 7_444_444
    assert (receipt.above, receipt.below, receipt.tied) == ([], films[1:], 0)


def test_every_receipt_rounds_to_its_published_rating():
    for film in make.small_catalogue(70):
        receipt = charts.receipt(film)
        assert round(receipt.exact * 10**6) == receipt.standing.wr_e6
        assert receipt.own_weight + receipt.house_weight == 1
        ranks = [one.standing.rank for one in (*receipt.above, film, *receipt.below)]
        assert ranks == list(range(ranks[0], ranks[0] + len(ranks)))


def test_ties_are_counted_and_a_film_outside_the_chart_has_no_receipt():
    tied = [make.make_imported_votes(votes=10, mean=7.0).movie for _ in range(3)]
    outside = make.make_movie()
    make.make_imported_votes(votes=11, mean=5.0)
    make.make_edition()
    assert [charts.receipt(film).tied for film in tied] == [2, 2, 2]
    assert charts.receipt(outside) is None


# --- the chart's own reads ---------------------------------------------------------------------------------------
def test_a_decade_or_genre_keeps_the_ranks_of_the_whole_chart():
    make.small_catalogue(60)
    for films in (charts.charted(decade=1950), charts.charted(genre="Drama"), charts.charted(1950, "Drama")):
        ranks = [film.standing.rank for film in films]
        assert ranks == sorted(ranks)
        assert ranks != list(range(1, len(ranks) + 1))


def test_the_films_that_moved_most_to_the_top_come_first(films):
    make.make_imported_votes(make.make_movie(), votes=30_000, mean=9.0)
    second = editions.publish(by=SYSTEM, at=NOON + timedelta(hours=1))
    assert [(change.movie_id, change.before, change.after) for change in charts.moved(second, 2)] == [
        (films[0].pk, 1, 2),
        (films[1].pk, 2, 3),
    ]
