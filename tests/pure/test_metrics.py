"""Metrics: each worked by hand once, and what must hold for any lists and ratings."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from catalog.recsys.metrics.coverage import coverage
from catalog.recsys.metrics.errors import mae, rmse
from catalog.recsys.metrics.ndcg import ndcg
from catalog.recsys.metrics.popularity import popularity_share, short_head
from catalog.recsys.metrics.ratio import ratio
from catalog.recsys.metrics.reach import reach
from catalog.recsys.metrics.recall import recall

close = pytest.approx
hit_lists = arrays.arrays(np.bool_, st.tuples(st.integers(1, 5), st.just(12)))
depths = st.integers(1, 12)


def hits(*places, depth=12):
    """One person's list with hits at these ranks, from 1."""
    return np.isin(np.arange(1, depth + 1), places)[np.newaxis]


def liked(found, more=0):
    """As many liked films as hits, and some that no list holds; one at least."""
    return np.maximum(found.sum(axis=1) + more, 1)


# --- lists -------------------------------------------------------------------------------------------------------
def test_ndcg_by_hand():
    """Hits at ranks 1 and 3 of three liked films: (1 + 1/2) / (1 + 1/log2 3 + 1/2)."""
    expected = 1.5 / (1.5 + 1 / math.log2(3))
    assert ndcg(hits(1, 3), np.array([3]), 10) == close([expected])
    assert ndcg(hits(1, 3), np.array([3]), 1) == close([1.0])


@given(hit_lists, depths, st.integers(0, 3))
def test_ndcg_is_a_share_and_an_earlier_hit_is_worth_more(found, k, more):
    each = ndcg(found, liked(found, more), k)
    assert np.all((each >= 0) & (each <= 1))
    sooner = np.sort(found, axis=1)[:, ::-1]  # the same hits, at the top
    assert np.all(ndcg(sooner, liked(found, more), k) >= each - 1e-12)
    assert ndcg(sooner, liked(found), k) == close(found.any(axis=1).astype(float))


def test_recall_by_hand():
    """Two hits among four places: of three liked films 2/3; of nine only four places count, 2/4."""
    assert recall(hits(1, 4), np.array([3]), 4) == close([2 / 3])
    assert recall(hits(1, 4), np.array([9]), 4) == close([2 / 4])


@given(hit_lists, depths, st.integers(0, 3))
def test_recall_is_a_share_that_no_order_within_k_changes(found, k, more):
    each = recall(found, liked(found, more), k)
    assert np.all((each >= 0) & (each <= 1))
    turned = np.concatenate([found[:, :k][:, ::-1], found[:, k:]], axis=1)
    assert np.array_equal(recall(turned, liked(found, more), k), each)


@pytest.mark.parametrize("measure", [ndcg, recall])
@pytest.mark.parametrize(("k", "count"), [(0, 1), (13, 1), (10, 0)])
def test_lists_too_short_and_people_without_likes_are_refused(measure, k, count):
    with pytest.raises(ValueError, match="a liked film for each person"):
        measure(hits(1), np.array([count]), k)


def test_reach_by_hand():
    assert reach(np.array([[0, 1, -1], [1, 3, -1]]), 10) == close(3 / 10)
    with pytest.raises(ValueError, match="reach needs films"):
        reach(np.array([[-1]]), 0)


@given(arrays.arrays(np.int64, (4, 3), elements=st.integers(-1, 8)))
def test_reach_grows_with_every_list(lists):
    shares = [reach(lists[:count], 9) for count in range(1, 5)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_popularity_share_by_hand():
    """Counts 50, 30, 10, 10: the first film holds half, so it alone is the head of a fifth; 0.6 takes the second too."""
    counts = np.array([10, 50, 30, 10])
    assert short_head(counts).tolist() == [False, True, False, False]
    assert short_head(counts, 0.6).tolist() == [False, True, True, False]
    lists = np.array([[1, 2], [0, 3], [1, -1], [-1, -1]])
    assert popularity_share(lists, short_head(counts)).tolist() == [0.5, 0, 1, 0]


@given(arrays.arrays(np.int64, 9, elements=st.integers(1, 50)), st.floats(0.01, 1))
def test_the_head_is_the_fewest_films_that_hold_the_share(counts, share):
    head = short_head(counts, share)
    assert counts[head].sum() >= share * counts.sum()
    assert counts[head].sum() - counts[head].min() < share * counts.sum()
    assert counts[head].min() >= max(counts[~head], default=0)


# --- ratings -----------------------------------------------------------------------------------------------------
people = st.lists(st.lists(st.floats(-9, 9), max_size=5), min_size=2, max_size=6).filter(lambda found: any(found))


def summed(errors, power):
    return np.array([sum(abs(one) ** power for one in own) for own in errors]), np.array([len(own) for own in errors])


def test_rmse_and_mae_by_hand():
    """Errors 1 and −1 of one person, 3 of another: √(11/3), 5/3."""
    errors = [[1, -1], [3]]
    assert rmse(*summed(errors, 2))[0] == close(math.sqrt(11 / 3))
    assert mae(*summed(errors, 1))[0] == close(5 / 3)


def test_a_ratio_by_hand():
    """3 of 4 and 0 of 2: a half; the linearised values are ½ + (3 − 2)/3 and ½ + (0 − 1)/3."""
    value, each = ratio(np.array([3.0, 0.0]), np.array([4, 2]))
    assert (value, each.tolist()) == (0.5, close([0.5 + 1 / 3, 0.5 - 1 / 3]))
    with pytest.raises(ValueError, match="nothing to take a mean of"):
        ratio(np.array([0.0]), np.array([0]))


def test_coverage_by_hand():
    value, each = coverage(np.array([3, 1]), np.array([4, 1]))
    assert (value, each.mean()) == (close(4 / 5), close(4 / 5))


@given(people)
def test_values_per_person_have_the_whole_as_their_mean(errors):
    for measured, power in ((rmse, 2), (mae, 1)):
        value, each = measured(*summed(errors, power))
        flat = [abs(one) for own in errors for one in own]
        expected = math.sqrt(sum(one**2 for one in flat) / len(flat)) if power == 2 else sum(flat) / len(flat)
        assert value == close(expected, abs=1e-12)
        assert each.mean() == close(value, abs=1e-6)
    assert rmse(*summed(errors, 2))[0] >= mae(*summed(errors, 1))[0] - 1e-9
