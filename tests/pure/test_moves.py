"""Why ranks move, what lifts a film, other rules and intervals: by hand, and against exact fractions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.recsys import blur, lifting
from catalog.recsys.columns import Columns, Terms, exact_sum, order, rank_of, read, weigh
from catalog.recsys.editions import artefact
from catalog.recsys.knobs import Knobs, NobodyListed, terms
from catalog.recsys.moves import causes
from catalog.recsys.weighted import Tallied, chart
from tests import recompute

KINDS = ["MEMBER"]


def columns(*films: tuple[int, int, int, int], m: int = 10, floor: int = 1) -> Columns:
    """The edition of films given as (id, year, v, S)."""
    printed = chart([Tallied(*film) for film in films], prior_votes=m, floor=floor)
    return read(artefact(printed, version="v1", prior_votes=m, floor=floor, kinds=KINDS))


# --- an edition as columns ---------------------------------------------------------------------------------------
@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(10, 100)), min_size=1, max_size=20),
    st.integers(0, 500),
    st.integers(1, 60),
)
def test_columns_hold_what_was_published_and_weigh_and_order_it_as_the_definition_does(
    votes: list[tuple[int, int]], m: int, floor: int
) -> None:
    films = [(place + 1, 1950 + place % 3, v, v * tenths) for place, (v, tenths) in enumerate(votes)]
    found = columns(*films, m=m, floor=floor)
    expected = recompute.places({film[0]: recompute.Film(*film[1:]) for film in films}, m, floor)
    published = zip(found.id.tolist(), found.wr_e6.tolist(), found.rank.tolist(), strict=True)
    assert {film: (wr, rank or None) for film, wr, rank in published} == expected
    assert weigh(found, found.terms).tolist() == found.wr_e6.tolist()
    assert order(found, found.terms)[0].tolist() == [line for line, rank in enumerate(found.rank) if rank]
    for line, rank in enumerate(found.rank.tolist()):
        assert rank_of(found, found.line(line), found.terms) == (rank or None)
    assert recompute.Fraction(*exact_sum(found.votes, found.points)) == sum(
        recompute.Fraction(points, 10 * v) for _, _, v, points in films
    )


def test_bytes_that_are_no_edition_are_refused() -> None:
    data = artefact(
        chart([Tallied(1, 1950, 2, 20)], prior_votes=1, floor=1), version="v1", prior_votes=1, floor=1, kinds=KINDS
    )
    for broken in (
        b"",
        b"{}\n",
        data[:-5],
        data + data.splitlines()[1] + b"\n",
        data.replace(b"edition-1", b"edition-2"),
    ):
        with pytest.raises(ValueError, match="not an edition's artefact"):
            read(broken)


def test_the_largest_numbers_do_not_overflow() -> None:
    most = 10**9
    found = columns((1, 1950, most, 100 * most), (2, 1951, most, 10 * most), m=most)
    assert found.wr_e6.tolist() == weigh(found, found.terms).tolist() == [7_750_000, 3_250_000]


# --- causes ------------------------------------------------------------------------------------------------------
def test_causes_by_hand() -> None:
    """Film 1 gains votes and passes film 2; then film 3 comes in on top; C moves nothing; the floor puts film 2 out."""
    earlier = columns((1, 1950, 10, 700), (2, 1950, 100, 7500))
    later = columns((1, 1950, 200, 17_000), (2, 1950, 100, 7500), (3, 1950, 900, 85_500), floor=150)
    found = causes(earlier, later, 1)
    assert (found.before, found.after) == (2, (1, 2, 2, 2))
    assert causes(earlier, later, 2).after == (1, 3, 3, None)
    assert causes(earlier, later, 3).before is None
    assert causes(later, earlier, 3).after == (None, None, None, None)


# --- what would it take ------------------------------------------------------------------------------------------
def test_a_tick_of_c_takes_a_place_away_again_and_the_fewest_tens_are_found_all_the_same() -> None:
    """7,416 tens lift film 1 to No. 2; one more makes C tick, which lifts the film of three votes past it again."""
    films = (1, 1950, 84_923, 3_651_689), (2, 1950, 2, 25), (3, 1950, 3, 248)
    given_ = lifting.Given(columns(*films, m=25_000), Tallied(*films[0]))
    ranks = [given_.rank(n) for n in range(7_300, 7_420)]
    assert ranks == [3] * 116 + [2, 3, 2, 2]
    assert lifting.lift(given_, 2) == lifting.Lift(2, 7_416, 2, 47_581, 3)


def test_out_of_reach_is_said() -> None:
    found = columns((1, 1950, 10**9, 100 * 10**9), (2, 1950, 10, 500))
    assert lifting.lift(lifting.Given(found, Tallied(2, 1950, 10, 500)), 1).tens is None


# --- knobs -------------------------------------------------------------------------------------------------------
def test_each_rule_for_c_by_hand() -> None:
    """Means 9.0 of 1 vote, 6.0 of 2, 3.0 of 7: mean of films 6, of votes 4.2, of those with 2 votes 4.5."""
    found = columns((1, 1950, 1, 90), (2, 1950, 2, 120), (3, 1950, 7, 210))
    by_rule = {rule: terms(found, Knobs(10, 2, rule, 65_000)).mean_e4 for rule in ("films", "votes", "listed", "fixed")}
    assert by_rule == {"films": 60_000, "votes": 42_000, "listed": 45_000, "fixed": 65_000}
    assert order(found, terms(found, Knobs(10, 2)))[0].tolist() == [1, 2]


def test_a_floor_above_every_film_names_the_most_voted() -> None:
    with pytest.raises(NobodyListed, match="the most voted has 7"):
        terms(columns((1, 1950, 1, 90), (3, 1950, 7, 210)), Knobs(10, 8))


# --- intervals ---------------------------------------------------------------------------------------------------
def test_an_interval_by_hand() -> None:
    """v = 100, R = 7, all imported, m = 100: 0.05·100/200 = 0.025; √(100·6·3)/200 = 0.212132, times 1.96 = 0.4157788."""
    found = columns((1, 1950, 100, 7_000), m=100)
    half = blur.half_widths(found.votes, found.points, found.votes, 100)
    assert half.tolist() == [25_000 + 415_779]
    nothing = blur.half_widths(found.votes, found.votes * 100, found.votes * 0, 100)
    assert nothing.tolist() == [0]  # all gave 10, one by one: nothing is uncertain


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1_000, 9_000), st.integers(0, 900)), min_size=1, max_size=25))
def test_the_ranks_within_are_those_of_the_films_whose_intervals_overlap(pairs: list[tuple[int, int]]) -> None:
    import numpy as np

    pairs.sort(reverse=True)
    wr, half = (np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))
    best, worst = blur.ranks_within(wr, half)
    for line, (middle, width) in enumerate(pairs):
        apart = [other for other, wide in pairs if abs(other - middle) > wide + width]
        assert best[line] == 1 + sum(other > middle for other in apart)
        assert worst[line] == len(pairs) - sum(other < middle for other in apart)
        assert best[line] <= line + 1 <= worst[line]
        told = blur.overlaps(wr, half, line).tolist()
        assert told == [abs(other - middle) <= wide + width for other, wide in pairs]


def test_terms_are_what_an_edition_was_weighed_by() -> None:
    assert columns((1, 1950, 2, 130), m=7, floor=2).terms == Terms(7, 2, 65_000)
