"""Whose votes count: a film's own always, a partner's while they are no more than these."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from catalog.recsys.counting import OWN, Votes, counted, largest_share, within_bound
from catalog.recsys.weighted import Tallied

A, B = 7, 8  # two partners

# Film 1: 10 own votes; A's 10 are just as many and count, B's 11 are one too many, and none of them does.
# Film 2: no own vote, so nobody's count. Film 3: own votes alone.
BY_HAND = [
    Votes(1, 1950, OWN, 10, 600),
    Votes(1, 1950, A, 10, 1000),
    Votes(1, 1950, B, 11, 110),
    Votes(2, 1960, A, 1, 100),
    Votes(3, 1970, OWN, 5, 250),
]


def test_by_hand():
    assert counted(BY_HAND, partners=True) == [Tallied(1, 1950, 20, 1600), Tallied(3, 1970, 5, 250)]
    assert counted(BY_HAND, partners=False) == [Tallied(1, 1950, 10, 600), Tallied(3, 1970, 5, 250)]
    assert largest_share(BY_HAND, partners=True) == Fraction(10, 25)
    assert largest_share(BY_HAND, partners=False) == 0
    assert largest_share([], partners=True) == 0


def test_two_partners_are_bound_each_for_itself():
    """Both are no more than the film's own: they do not count against each other, so the order of asking decides nothing."""
    rows = [Votes(1, 1950, partner, 10, 500) for partner in (B, OWN, A)]
    assert counted(rows, partners=True) == [Tallied(1, 1950, 30, 1500)]
    assert largest_share(rows, partners=True) == Fraction(1, 3)


tallies = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(0, 4)), st.tuples(st.integers(1, 50), st.integers(10, 100)), max_size=25
)


@given(tallies, st.randoms(use_true_random=False))
def test_no_partner_ever_has_more_than_half_of_a_film_and_the_order_of_rows_says_nothing(known, chance):
    rows = [Votes(film, 1950, partner, v, v * mean) for (film, partner), (v, mean) in known.items()]
    own = {row.film: row.votes for row in rows if row.partner == OWN}
    whole = {film.id: film for film in counted(rows, partners=True)}
    assert whole.keys() == own.keys()  # no partner brings a film into the chart, or takes one out
    for row in within_bound(rows):
        assert row.partner == OWN or 2 * row.votes <= whole[row.film].votes
    for film in whole.values():
        assert own[film.id] <= film.votes
        assert 10 * film.votes <= film.points <= 100 * film.votes
    mixed = chance.sample(rows, len(rows))
    assert counted(mixed, partners=True) == list(whole.values())
    assert {film.id: film.votes for film in counted(mixed, partners=False)} == own
    assert largest_share(mixed, partners=True) <= Fraction(1, 2)
