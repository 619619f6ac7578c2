"""EASE: by hand, against its textbook form in float64, by films and by people, and what must hold for any ratings."""

import os
import subprocess
import sys
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from catalog.recsys import bootstrap, ease, fitting, likes
from catalog.recsys.recommender import SCALE
from mlops import arrays
from mlops.ports import NotEnoughData
from tests.pure.people import crowd, crowds, partials, rows, unhurried


def whole(side):
    return np.concatenate([side.columns(*block) for block in ease.blocks(side.n)], axis=1)


def textbook(x, regularisation):
    """B = I − P·diag(1/diag P), P = (XᵀX + λI)⁻¹, in plain NumPy."""
    p = np.linalg.inv(x.T @ x + regularisation * np.eye(x.shape[1]))
    return np.eye(len(p)) - p / np.diag(p)


def likes_of(people, threshold=7):
    return likes.joined(partials(people)).likes(threshold)


def test_by_hand():
    """XᵀX + I = [[3, 1], [1, 2]], P = [[2, −1], [−1, 3]]/5, so B₀₁ = 1/3 and B₁₀ = 1/2."""
    x = sparse.csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    for side in (ease.by_items(x, 1.0), ease.by_users(x, 1.0)):
        np.testing.assert_allclose(whole(side), [[0, 1 / 3], [1 / 2, 0]], atol=1e-15)
    assert ease.weights(x, 1.0).tolist() == [[0, round(SCALE / 3)], [SCALE // 2, 0]]


@pytest.mark.parametrize("regularisation", [0.5, 20.0, 500.0])
@pytest.mark.parametrize("people", [15, 120])  # fewer and more than films: either side is the smaller once
def test_both_sides_are_the_textbook(people, regularisation):
    x = likes_of(crowd(people))
    expected = textbook(x.toarray(), regularisation)
    for side in (ease.by_items(x, regularisation), ease.by_users(x, regularisation)):
        np.testing.assert_allclose(whole(side), expected, atol=1e-12)
    kept = ease.weights(x, regularisation)
    assert np.abs(kept / SCALE - expected).max() <= 0.51 / SCALE
    assert kept.dtype == np.int32
    assert not kept.diagonal().any()


def test_many_blocks_are_one(monkeypatch):
    x = likes_of(crowd(60))
    at_once = ease.weights(x, 5.0), ease.by_items(x, 5.0).p
    monkeypatch.setattr(ease, "BLOCK", 7)
    np.testing.assert_array_equal(ease.weights(x, 5.0), at_once[0])
    np.testing.assert_array_equal(ease.by_items(x, 5.0).p, at_once[1])


def test_the_smaller_side_is_solved():
    assert isinstance(ease.solved(likes_of(crowd(15)), 1.0), ease.UserSide)
    assert isinstance(ease.solved(likes_of(crowd(120)), 1.0), ease.ItemSide)


@unhurried
@given(crowds(least=4), st.integers(1, 6))
def test_gram_matrices_of_partitions_add_and_subtract_exactly(people, cut):
    films = likes.joined(partials(people)).films
    names = sorted(people)

    def gram(chosen):
        ratings = likes.joined([likes.partial(rows({name: people[name] for name in chosen}))])
        x = ratings.likes(7)
        wide = sparse.csr_array(
            (x.data, np.searchsorted(films, ratings.films)[x.indices], x.indptr), (len(ratings), len(films))
        )
        return ease.gram(wide).toarray()

    some, others, everybody = gram(names[:cut]), gram(names[cut:]), gram(names)
    assert everybody.dtype == np.int64
    assert (some + others).tolist() == everybody.tolist()
    assert (everybody - some).tolist() == others.tolist()


@unhurried
@given(crowds(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_neither_order_nor_dealing_of_partitions_matters(people, parts, random: Random):
    shuffled = list(people.items())
    random.shuffle(shuffled)
    other = partials(dict(shuffled), parts)
    random.shuffle(other)
    one, two = (likes.joined(some) for some in (partials(people), other))
    assert one.films.tolist() == two.films.tolist()
    np.testing.assert_array_equal(ease.weights(one.likes(7), 3.0), ease.weights(two.likes(7), 3.0))
    np.testing.assert_array_equal(one.value, two.value)


@unhurried
@given(crowds(), st.sampled_from(["p0", "p1"]), st.integers(1, 6))
def test_a_low_rating_more_in_training_changes_no_weight(people, who, value):
    """Film 30 is liked by p1, so it is known; p0's low rating of it must not count as a like, nor against one."""
    people["p0"].pop(30, None)
    before = fit_weights(people)
    people[who] = people[who] | ({30: value} if who == "p0" else {})
    np.testing.assert_array_equal(before, fit_weights(people))


def fit_weights(people):
    return ease.weights(likes_of(people), 3.0)


@unhurried
@given(crowds())
def test_weights_stay_small_or_are_refused(people):
    """With λ of a few likes no weight comes near 128; an absurdly small λ may, and then the fit says so."""
    assert np.abs(ease.weights(likes_of(people), 3.0)).max() < 128 * SCALE


@pytest.mark.parametrize("regularisation", [0, -1.0, float("nan")])
def test_regularisation_must_be_above_zero(regularisation):
    for side in (ease.by_items, ease.by_users):
        with pytest.raises(ValueError, match="above 0"):
            side(likes_of(crowd(5)), regularisation)


def test_a_weight_beyond_what_is_kept_is_refused():
    """P = [[1, −a], [−a, b]]: a film liked by ten thousand, beside one that few like together with it."""
    x = sparse.csr_array(np.vstack([np.tile([1.0, 1.0], (1, 1)), np.tile([1.0, 0.0], (9, 1))]))
    with pytest.raises(ValueError, match="raise the regularisation"):
        ease.quantised(ease.UserSide(np.array([[1.0, 300.0]]), np.array([1.0, 1.0])))
    assert ease.weights(x, 1.0).any()


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ({}, "0 ratings of 0 people are not enough data"),
        ({"a": {10: 9}}, "1 ratings of 1 people are not enough data"),
        ({"a": {10: 9, 20: 3}}, "at least two people"),
        ({"a": {10: 8, 20: 8}, "b": {10: 8}}, "all 3 ratings are 8"),
        ({"a": {10: 2, 20: 3}, "b": {10: 6}}, "no rating reaches the threshold of 7"),
    ],
)
def test_too_little_to_learn_from(people, said):
    with pytest.raises(NotEnoughData, match=said):
        fitting.fit(partials(people))


def test_two_people_are_enough():
    assert fitting.fit(partials({"a": {10: 8, 20: 8}, "b": {10: 2}})).films.tolist() == [10, 20]


@pytest.mark.parametrize(
    "wrong", [{"threshold": 0}, {"threshold": 11}, {"regularisation": 0}, {"rank": -1}, {"ridge": 0}]
)
def test_a_wrong_parameter_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        fitting.fit(partials(crowd(10)), **wrong)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": [11, 3]}, "from 1 to 10"),
        ({"value": [7.5, 3]}, "whole"),
        ({"film": [10, 10]}, "two ratings of one film"),
    ],
)
def test_a_partition_of_wrong_rows_is_refused(changed, said):
    columns = rows({"a": {10: 9, 20: 3}}) | {name: np.array(column) for name, column in changed.items()}
    with pytest.raises(ValueError, match=said):
        likes.partial(columns)


def test_a_partial_holds_no_ids_of_people():
    found = likes.partial(rows({"b": {20: 3, 10: 9}, "a": {30: 5}}))
    assert {name: column.tolist() for name, column in found.items()} == {
        "indptr": [0, 1, 3], "film": [30, 10, 20], "value": [5, 9, 3],
    }  # fmt: skip


def digests():
    """Return the digests of models learned by people and by films, with their spread."""
    found = []
    for count in (30, 120):
        parts = partials(crowd(count))
        model = fitting.fit(parts, regularisation=20, seed=3)
        model, _ = bootstrap.with_spread(model, parts, list(crowd(9, seed=1).values()), refits=4, seed=3)
        found.append(arrays.digest(model.arrays()))
    return found


def test_two_processes_learn_the_same_to_the_last_bit():
    here = digests()
    told = os.environ | {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "7"}
    code = "from tests.pure import test_ease; print(*test_ease.digests())"
    there = subprocess.run(
        [sys.executable, "-c", code], env=told, capture_output=True, text=True, check=True
    ).stdout.split()
    assert here == there
    assert len({*here}) == 2
