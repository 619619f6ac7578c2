"""Tallies: kept sums are what a recount gives, and a recount finds the one that is not."""

import random

import pytest

from catalog.models import Rater, Rating, Tally
from catalog.services import ratings, tallies
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def films():
    """Two films that came with votes, and one that did not."""
    return [
        make.make_imported_votes(votes=100, mean=6.5).movie,
        make.make_imported_votes(votes=7, mean=10.0).movie,
        make.make_movie(),
    ]


def kept():
    return {film: (votes, points) for film, votes, points in Tally.objects.values_list("movie_id", "votes", "points")}


def test_a_recount_by_hand(films):
    for value in (9, 4):
        make.make_member_rating(films[0], value=value)
    make.make_member_rating(films[2], value=8)
    make.make_rating(films[1], value=1)  # a demo rater
    assert tallies.recount() == {films[0].pk: (102, 6630), films[1].pk: (7, 700), films[2].pk: (1, 80)}


def test_kept_sums_follow_any_history_of_ratings(films):
    """400 ratings, changes and withdrawals in random order: at every point the sums kept equal those counted anew."""
    chance = random.Random(7)
    members = [make.make_user() for _ in range(6)]
    held = {}
    for step in range(400):
        film, member = chance.choice(films), chance.choice(members)
        if chance.random() < 0.3:
            taken = ratings.withdraw_rating(movie_id=film.pk, by=member, at=NOON)
            assert taken == (held.pop((film.pk, member.pk), None) is not None)
        else:
            value = held[film.pk, member.pk] = chance.randint(1, 10)
            ratings.rate_movie(movie_id=film.pk, by=member, at=NOON, value=value)
        if step % 40 == 0:
            assert tallies.differences() == []
    assert tallies.differences() == []
    given = {
        (film, member): value for film, member, value in Rating.objects.values_list("movie", "rater__user", "value")
    }
    assert given == held


def test_a_corrupted_tally_is_found_and_named(films):
    make.make_member_rating(films[2], value=8)
    Tally.objects.filter(movie=films[0]).update(points=6501)
    Tally.objects.filter(movie=films[2]).delete()
    assert tallies.differences() == [
        (films[0].pk, (100, 6501), (100, 6500)),
        (films[2].pk, (0, 0), (1, 80)),
    ]


def test_a_tally_that_nothing_stands_behind_is_found(films):
    Tally.objects.create(movie=films[2], votes=3, points=150)
    assert tallies.differences() == [(films[2].pk, (3, 150), (0, 0))]


def test_rebuilding_mends_every_difference(films):
    make.make_member_rating(films[2], value=8)
    Tally.objects.filter(movie=films[0]).update(points=6501)
    Tally.objects.filter(movie=films[1]).delete()
    tallies.rebuild()
    assert tallies.differences() == []
    assert kept() == tallies.recount()


def test_rebuilding_counts_members_alone(films):
    make.make_rating(films[0], rater=make.make_rater(Rater.Kind.DEMO), value=1)
    make.make_rating(films[0], rater=make.make_rater(Rater.Kind.PARTNER), value=1)
    make.make_member_rating(films[0], value=10)
    tallies.rebuild()
    assert kept()[films[0].pk] == (101, 6600)
