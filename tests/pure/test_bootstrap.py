"""Refits on people drawn anew: weights of draws, bytes of spread, intervals of ranks, and what is measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from scipy import sparse

from catalog.recsys import bootstrap, ease, fitting, likes, ranking
from catalog.recsys.spread import Spread, decoded, encoded, plain
from mlops import arrays
from mlops.ports import NotEnoughData
from tests.pure.people import FILMS, crowd, partials, unhurried

VISITORS = [dict(list(ratings.items())[::4]) for ratings in crowd(80, seed=7).values()]
scores = some.arrays(np.int64, 12, elements=st.integers(-5, 5))


@pytest.fixture(scope="module")
def learned():
    return fitting.fit(partials(crowd(100)), regularisation=20), partials(crowd(100))


def test_a_person_drawn_twice_is_two_people():
    x = likes.joined(partials(crowd(30))).likes(7)
    drawn = np.array([0, 1, 2] * 10)
    twice = sparse.csr_array(x[np.repeat(np.arange(30), drawn)])
    for side in (ease.by_items, ease.by_users):
        found, expected = side(bootstrap.weighted(x, drawn), 5.0), side(twice, 5.0)
        np.testing.assert_allclose(found.columns(0, len(FILMS)), expected.columns(0, len(FILMS)), atol=1e-5)


@unhurried
@given(st.lists(st.floats(0.5, 2.0**31), min_size=1))
def test_a_byte_keeps_a_spread_within_a_sixteenth_of_a_doubling(spreads):
    kept = decoded(encoded(np.array(spreads)))
    assert (np.abs(np.log2(kept / np.maximum(spreads, 1))) <= 1 / 16 + 1e-9).all()


def test_spreads_by_hand():
    assert encoded(np.array([0, 0.4, 1, 2, 1e30])).tolist() == [0, 0, 1, 9, 255]
    codes = np.array([[0, 9, 1], [0, 17, 0], [0, 0, 0]], dtype=np.uint8)  # spreads 2 and 1; 4
    assert plain(codes, np.array([0, 1]), np.array([1, 2])).tolist() == [20**0.5, 1.0]
    assert Spread(codes, 3.0).half_widths(np.array([1]), np.array([1])).tolist() == [12.0]


@unhurried
@given(scores, scores, some.arrays(np.bool_, 12), st.integers(0, 11), st.integers(0, 12))
def test_an_interval_holds_a_rank_exactly_when_it_is_wide_enough(model, refit, allowed, place, half):
    allowed[place] = True
    one = bootstrap.Asked(np.array([]), allowed, np.array([place]), model[[place]], -np.sort(-model[allowed]))
    low, high = ranking.rank_bounds(model[[place]].astype(float), np.array([float(half)]), np.sort(model[allowed]))
    rank = ranking.rank(place, refit, allowed)
    assert (low[0] <= rank <= high[0]) == (half >= one.off(refit)[0])


@unhurried
@given(scores, some.arrays(np.bool_, 12), st.integers(0, 14))
def test_the_best_are_the_ranks_in_order(given_scores, allowed, n):
    expected = sorted(np.flatnonzero(allowed).tolist(), key=lambda place: (-given_scores[place], place))
    assert ranking.best(given_scores, allowed, n).tolist() == expected[:n]
    assert [ranking.rank(place, given_scores, allowed) for place in expected] == list(range(1, len(expected) + 1))


def test_overlap_by_hand():
    """Lists of three share 3, 1 and 1 films: (1 + 1/3 + 1/3)/3."""
    lists = [np.array(one) for one in ([1, 2, 3], [3, 2, 1], [3, 8, 9])]
    assert bootstrap.overlap(lists) == pytest.approx(5 / 9)
    assert bootstrap.overlap([np.array([], dtype=int)] * 2) == 1.0


def test_intervals_hold_the_ranks_of_refits_that_nobody_used(learned):
    model, found = bootstrap.with_spread(*learned, VISITORS, refits=20, seed=1)
    assert len(found.overlap) == len(found.coverage) == len(found.width) > 70  # some like nothing
    assert 0.7 <= found.coverage.mean() <= 0.9
    assert 0.2 < found.overlap.mean() < 1
    assert found.width.mean() < len(FILMS) / 2
    listed = [entry for visitor in VISITORS for entry in model.top_n(visitor)]
    assert all(entry.best_rank <= entry.rank <= entry.worst_rank for entry in listed)
    assert np.mean([entry.worst_rank - entry.best_rank + 1 for entry in listed]) == pytest.approx(
        found.width.mean(), rel=0.05
    )


def test_more_people_make_lists_steadier():
    def overlap(count):
        parts = partials(crowd(count))
        model = fitting.fit(parts, regularisation=count)  # in likes, so that it weighs the same
        return bootstrap.with_spread(model, parts, VISITORS, seed=1)[1].overlap.mean()

    assert overlap(400) > overlap(40) + 0.05


def test_one_seed_one_spread(learned):
    digests = {
        seed: arrays.digest(bootstrap.with_spread(*learned, VISITORS[:9], refits=4, seed=number)[0].arrays())
        for seed, number in (("one", 1), ("again", 1), ("other", 2))
    }
    assert digests["one"] == digests["again"] != digests["other"]


def test_what_is_kept_besides_changes_nothing_else(learned):
    model, _ = bootstrap.with_spread(*learned, VISITORS[:9], refits=4)
    kept, before = model.arrays(), learned[0].arrays()
    assert kept.keys() - before.keys() == {"spread", "inflation"}
    assert all(kept[name] is before[name] or (kept[name] == before[name]).all() for name in before)


def test_people_who_are_all_alike_leave_nothing_unsure():
    """Whoever is drawn, the likes are the same: no spread, one list."""
    parts = partials({f"p{number}": {10: 9, 20: 9, 30: 2} for number in range(30)})
    model, found = bootstrap.with_spread(fitting.fit(parts, regularisation=1), parts, [{10: 9}], refits=4)
    assert found.overlap.tolist() == [1.0]
    assert found.coverage.tolist() == [1.0]
    assert [(entry.film, entry.best_rank, entry.worst_rank) for entry in model.top_n({10: 9})] == [(20, 1, 1)]


def test_what_cannot_be_measured_is_said(learned):
    with pytest.raises(ValueError, match="at least 4"):
        bootstrap.with_spread(*learned, VISITORS, refits=3)
    with pytest.raises(NotEnoughData, match="no visitor gets a list"):
        bootstrap.with_spread(*learned, [{}, {FILMS[0]: 2}, {999: 9}])
