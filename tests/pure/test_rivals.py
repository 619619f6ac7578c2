"""The rivals: by hand, and one way to ask them all."""

import numpy as np
import pytest

from catalog.recsys import fitting, likes, rivals
from catalog.recsys.recommender import SCALE
from mlops import arrays
from tests.pure.people import FILMS, crowd, partials

THREE = {"a": {10: 9, 20: 3}, "b": {10: 8, 20: 7, 30: 7}, "c": {30: 2}}


@pytest.fixture
def three():
    return likes.joined(partials(THREE))


def test_popularity_counts_likes(three):
    assert rivals.popularity(three, 7).scores({}).tolist() == [2, 1, 1]
    assert rivals.popularity(three, 8).scores({10: 1}).tolist() == [2, 0, 0]


def test_weighted_rating_by_hand(three):
    """R = 8.5, 5, 4.5, so C = 6; with m = 2 the two votes weigh a half: 7.25, 5.5, 5.25, in millionths."""
    assert rivals.weighted(three, 2).scores({}).tolist() == [7_250_000, 5_500_000, 5_250_000]


def test_a_whole_decomposition_gives_back_what_went_in():
    """People like 10 and 20 together, or 30: two directions are all there is."""
    people = {f"a{n}": {10: 9, 20: 9} for n in range(4)} | {f"b{n}": {30: 9} for n in range(3)}
    found = rivals.svd(likes.joined(partials(people)), 7, rank=2)
    np.testing.assert_allclose(found.scores({10: 8, 20: 8, 30: 3}), [1, 1, 0], atol=1e-9)
    np.testing.assert_allclose(found.scores({10: 8}), [0.5, 0.5, 0], atol=1e-9)


def test_svd_keeps_to_its_rank():
    assert rivals.svd(likes.joined(partials(crowd(60))), 7).components.shape == (rivals.RANK, len(FILMS))


def test_every_arm_is_asked_alike_and_is_the_same_each_time():
    ratings = likes.joined(partials(crowd(60)))
    arms = {"model": fitting.fit(partials(crowd(60))), **rivals.fitted(ratings, 7)}
    again = rivals.fitted(ratings, 7)
    assert sorted(arms) == ["model", "popularity", "svd", "weighted-rating"]
    for name, arm in arms.items():
        scores = arm.scores({FILMS[0]: 9, FILMS[1]: 2, 7: 9})
        assert scores.shape == arm.films.shape == (len(FILMS),)
        assert np.isfinite(scores).all()
        if name in again:
            assert arrays.digest(arm.arrays()) == arrays.digest(again[name].arrays())


@pytest.mark.parametrize("name", ["model", "svd"])
def test_who_learns_tells_two_tastes_apart(name):
    """A visitor who likes two films of the first half gets more of it; popularity and the chart cannot know."""
    ratings = likes.joined(partials(crowd(150)))
    arms = {"model": fitting.fit(partials(crowd(150)), regularisation=20), **rivals.fitted(ratings, 7)}
    scores = arms[name].scores({FILMS[0]: 9, FILMS[5]: 9}) / (SCALE if name == "model" else 1)
    assert scores[:20].mean() > scores[20:].mean() + 0.01
