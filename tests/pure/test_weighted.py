"""The weighted rating: by hand, against exact fractions, and what must hold for any votes."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.recsys.weighted import Chart, Ranked, Tallied, chart, half_even, mean_e4, wr_e6
from tests import recompute

HALF = Fraction(1, 2 * 10**6)  # what rounding to a millionth of a point may move
E6 = 10**6


def film(number: int, votes: int, tenths: int, year: int = 1950) -> Tallied:
    """A film whose every vote is worth so many tenths of a point."""
    return Tallied(number, year, votes, votes * tenths)


def ranks(made: Chart) -> dict[int, int | None]:
    return {row.id: row.rank for row in made.rows}


votes = st.integers(1, 200_000)
priors = st.integers(0, 50_000)
means = st.integers(10_000, 100_000)  # C in ten-thousandths
stars = st.integers(1, 10)


@st.composite
def tallies(draw, most=200_000):
    """(v, S): any number of votes from 1 to 10 points each."""
    count = draw(st.integers(1, most))
    return count, draw(st.integers(10 * count, 100 * count))


@st.composite
def films(draw, most=25):
    """Films with few distinct values, so that ties of every kind are common; some have no vote."""
    made = []
    for number in draw(st.sets(st.integers(1, 10**6), min_size=1, max_size=most)):
        count = draw(st.sampled_from([0, 1, 2, 10, 25_000]))
        tenths = draw(st.sampled_from([10, 59, 60, 61, 100]))
        made.append(film(number, count, tenths, draw(st.sampled_from([1930, 1931, 2000]))))
    return [*made, film(0, 1, 60)]


# --- by hand -----------------------------------------------------------------------------------------------------
def test_the_worked_example_of_the_house():
    """v = 66,030 of mean 8.8, m = 25,000, C = 6.1720: (581,064 + 154,300) / 91,030 = 735,364 / 91,030 = 8.078259…"""
    assert Fraction(66_030 * 88, 10) + 25_000 * Fraction("6.1720") == 735_364
    assert round(Fraction(735_364, 91_030), 6) == Fraction("8.078260")
    assert wr_e6(66_030, 66_030 * 88, 25_000, 61_720) == 8_078_260


@pytest.mark.parametrize(
    ("count", "tenths", "m", "c", "wr"),
    [
        (25_000, 90, 25_000, 65_000, 7_750_000),  # half and half
        (75_000, 90, 25_000, 65_000, 8_375_000),  # three quarters its own
        (200, 90, 25_000, 65_000, 6_519_841),  # (1,800 + 162,500) / 25,200 = 6.5198412…
        (1, 100, 25_000, 61_720, 6_172_153),  # (10 + 154,300) / 25,001 = 6.1721531…
        (3, 70, 0, 61_720, 7_000_000),  # without a prior a film keeps its own mean
        (7, 62, 25_000, 62_000, 6_200_000),  # a film of the mean stays at the mean
    ],
)
def test_weighted_ratings_by_hand(count, tenths, m, c, wr):
    assert wr_e6(count, count * tenths, m, c) == wr


@pytest.mark.parametrize("c", [10_000, 61_720, 100_000])
def test_a_film_without_votes_has_the_mean_of_all(c):
    assert wr_e6(0, 0, 25_000, c) == c * 100


def test_neither_votes_nor_prior_is_refused():
    with pytest.raises(ValueError, match="without votes has no rating when m is 0"):
        wr_e6(0, 0, 0, 61_720)


def test_the_mean_of_all_films_counts_films_and_not_votes():
    assert mean_e4([film(1, 1, 50), film(2, 1_000_000, 80)]) == 65_000
    assert mean_e4([film(1, 1, 50), film(2, 10, 60), film(3, 100, 80)]) == 63_333
    assert mean_e4([film(1, 3, 70), film(2, 0, 0)]) == 70_000  # one nobody voted for is not in it


def test_no_votes_at_all_is_refused():
    for nothing in ([], [film(1, 0, 0)]):
        with pytest.raises(ValueError, match="no film has a vote"):
            chart(nothing, prior_votes=25_000, floor=1)


# --- rounding ----------------------------------------------------------------------------------------------------
def test_halves_go_to_the_even_neighbour():
    assert [half_even(top, 2) for top in range(8)] == [0, 0, 1, 2, 2, 2, 3, 4]
    assert [half_even(top, 3) for top in range(4)] == [0, 0, 1, 1]


def test_a_weighted_rating_at_an_exact_half():
    """199 votes of 6.0 and m = 1: (1,194 + C) / 200, so an odd last digit of C leaves exactly half a millionth."""
    assert wr_e6(199, 199 * 60, 1, 60_001) == 6_000_000  # 6.0000005
    assert wr_e6(199, 199 * 60, 1, 60_003) == 6_000_002  # 6.0000015


def test_the_mean_of_all_films_at_an_exact_half():
    assert mean_e4([Tallied(1, 1950, 16, 1001)]) == 62_562  # 6.25625
    assert mean_e4([Tallied(1, 1950, 16, 1003)]) == 62_688  # 6.26875


@given(st.integers(0, 10**12), st.integers(1, 10**9))
def test_rounding_is_that_of_exact_fractions(top, bottom):
    assert half_even(top, bottom) == round(Fraction(top, bottom))


# --- what a rating between the film's own mean and everyone's must do ---------------------------------------------
@given(tallies(), priors, means)
def test_it_lies_between_the_films_mean_and_the_mean_of_all(tally, m, c):
    own, house = Fraction(tally[1], 10 * tally[0]), Fraction(c, 10**4)
    wr = Fraction(wr_e6(*tally, m, c), E6)
    assert min(own, house) - HALF <= wr <= max(own, house) + HALF


@given(tallies(), priors, means, stars)
def test_one_more_vote_moves_it_towards_that_vote_and_not_far(tally, m, c, x):
    count, points = tally
    before = Fraction(wr_e6(count, points, m, c), E6)
    after = Fraction(wr_e6(count + 1, points + 10 * x, m, c), E6)
    assert abs(after - before) <= Fraction(9, count + m + 1) + 2 * HALF
    assert min(before, x) - 2 * HALF <= after <= max(before, x) + 2 * HALF


@given(st.lists(stars, min_size=1, max_size=40), st.randoms(use_true_random=False), tallies(most=100))
def test_votes_one_by_one_in_any_order_are_the_votes_counted(given_votes, chance, imported):
    count, points = imported
    chance.shuffle(shuffled := list(given_votes))
    for value in shuffled:
        count, points = count + 1, points + 10 * value
    whole = (imported[0] + len(given_votes), imported[1] + 10 * sum(given_votes))
    assert (count, points) == whole
    assert wr_e6(count, points, 25_000, 61_720) == wr_e6(*whole, 25_000, 61_720)


@given(votes, priors, means)
def test_more_points_never_lower_it(count, m, c):
    found = [wr_e6(count, points, m, c) for points in (10 * count, 55 * count, 55 * count + 1, 100 * count)]
    assert found == sorted(found)


# --- the chart ---------------------------------------------------------------------------------------------------
def test_a_small_chart_by_hand():
    """C = (9 + 7 + 5) / 3 = 7; m = 10: (90 + 70) / 20 = 8, (7 + 70) / 11 = 7, (150 + 70) / 40 = 5.5."""
    made = chart([film(1, 30, 50), film(2, 10, 90), film(3, 1, 70), film(4, 0, 0)], prior_votes=10, floor=1)
    assert made == Chart(
        70_000,
        [
            Ranked(2, 1950, 10, 900, 8_000_000, 1),
            Ranked(3, 1950, 1, 70, 7_000_000, 2),
            Ranked(1, 1950, 30, 1500, 5_500_000, 3),
        ],
    )


def test_below_the_floor_a_film_counts_in_the_mean_but_has_no_rank():
    made = chart([film(1, 30, 50), film(2, 10, 90), film(3, 1, 70)], prior_votes=10, floor=10)
    assert made.mean_e4 == 70_000
    assert ranks(made) == {2: 1, 1: 2, 3: None}
    assert [row.id for row in made.rows] == [2, 1, 3]


def test_equal_ratings_stand_by_votes_then_year_then_number():
    """Every film has the mean 6.0, so C and every WR are 6.0 and only the tie-break decides."""
    level = [
        film(7, 5, 60, 1990),
        film(5, 9, 60, 1990),
        film(9, 9, 60, 1940),
        film(4, 9, 60, 1990),
        film(1, 4, 60, 1920),
    ]
    made = chart(level, prior_votes=25_000, floor=1)
    assert {row.wr_e6 for row in made.rows} == {6_000_000}
    assert [row.id for row in made.rows] == [9, 4, 5, 7, 1]


def test_the_rounded_value_decides():
    """With a prior this heavy the better film leads by less than half a millionth: they tie, and more votes win."""
    better, voted = film(1, 10, 100), film(2, 20, 10)
    made = chart([better, voted], prior_votes=10**9, floor=1)
    exact = [(Fraction(row.points, 10) + 10**9 * Fraction(11, 2)) / (row.votes + 10**9) for row in (better, voted)]
    assert 0 < exact[0] - exact[1] < Fraction(1, 10**6)
    assert {row.wr_e6 for row in made.rows} == {5_500_000}
    assert ranks(made) == {2: 1, 1: 2}


@given(films(), st.randoms(use_true_random=False), st.sampled_from([0, 1, 25_000]), st.sampled_from([1, 2, 10]))
def test_the_order_of_the_input_never_matters(given_films, chance, m, floor):
    chance.shuffle(shuffled := list(given_films))
    assert chart(shuffled, prior_votes=m, floor=floor) == chart(given_films, prior_votes=m, floor=floor)


@given(films(), st.sampled_from([0, 1, 25_000]), st.sampled_from([1, 2, 10]))
def test_any_chart_is_what_the_definition_says(given_films, m, floor):
    same_as_definition(given_films, m, floor)


def test_ten_thousand_films_are_what_the_definition_says():
    chance = random.Random(1895)
    made = [
        Tallied(number, chance.randint(1890, 2000), count, chance.randint(10 * count, 100 * count))
        for number, count in enumerate((int(10 ** chance.uniform(0, 5.2)) for _ in range(9_500)), start=1)
    ]
    made += [Tallied(9_500 + n, twin.year, twin.votes, twin.points) for n, twin in enumerate(made[:500], start=1)]
    same_as_definition(made, 25_000, 1)


def same_as_definition(made, m, floor):
    """C, every WR and every rank, against tests.recompute."""
    expected = {row.id: recompute.Film(row.year, row.votes, row.points) for row in made}
    result = chart(made, prior_votes=m, floor=floor)
    assert result.mean_e4 == recompute.mean_e4(expected)
    assert {row.id: recompute.Place(row.wr_e6, row.rank) for row in result.rows} == recompute.places(expected, m, floor)
    listed = [row.rank for row in result.rows if row.rank is not None]
    assert listed == list(range(1, len(listed) + 1))
    assert [row.rank for row in result.rows][len(listed) :] == [None] * (len(result.rows) - len(listed))
