"""Predicted ratings: by hand, on worlds whose answer is known, and what their intervals hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from catalog.recsys import fitting, likes, residuals
from catalog.recsys.prediction import COVERAGE, Predictor
from tests.pure.people import FILMS, crowd, crowds, partials, rated, unhurried

PLAIN = {"damping": 1.0, "ridge": 1.0, "half_width": 2.0}


def predictor(biases, factors):
    return Predictor(
        6.0, np.array(biases, dtype=np.float32), np.array(factors, dtype=np.float32).reshape(len(biases), -1), **PLAIN
    )


def told(people):
    return likes.joined(partials(people))


def errors(model, people):
    """|r − r̂| of each person's last five ratings, the others told."""
    found = []
    for ratings in people.values():
        films = list(ratings)
        known = {film: ratings[film] for film in films[:-5]}
        found += [abs(model.predict(film, known).value - ratings[film]) for film in films[-5:]]
    return np.array(found)


def test_means_by_hand():
    """A visitor gave 9 to a film of bias 1: 9 − 6 − 1 = 2, over (1 + damping 1) is b_u = 1; the other: 6 − 1 + 1."""
    assert predictor([1, -1], [[], []]).values(np.array([0]), np.array([9.0])).tolist() == [8.0, 6.0]


def test_taste_by_hand():
    """After b_u = 1 a residual of 1 is left; p = 1·1/(1·1 + ridge 1) = 1/2; the other film's factor 2 adds 1."""
    assert predictor([1, -1], [[1], [2]]).values(np.array([0]), np.array([9.0])).tolist() == [8.5, 7.0]


def test_without_ratings_the_means_are_left():
    assert predictor([1, -1], [[1], [2]]).values(np.array([], dtype=int), np.array([])).tolist() == [7.0, 5.0]


@pytest.mark.parametrize(("points", "said"), [(10.0, 10.0), (1.0, 1.0)])
def test_no_prediction_leaves_the_scale(points, said):
    model = predictor([0, 5 if points > 5 else -5], [[0], [0]])
    assert model.values(np.array([0]), np.array([points]))[1] == said


def test_the_width_is_the_place_that_covers():
    """⌈(9 + 1)·0.8⌉ = 8: the eighth smallest of nine."""
    assert residuals.half_width(np.arange(9.0, 0.0, -1.0)) == 8.0
    assert residuals.half_width(np.array([3.0])) == 3.0
    with pytest.raises(ValueError, match="no errors"):
        residuals.half_width(np.array([]))


@unhurried
@given(st.lists(st.floats(0, 9), min_size=5, max_size=60))
def test_the_width_covers_its_share_and_hardly_more(found):
    width = residuals.half_width(np.array(found))
    assert np.mean(np.array(found) <= width) >= COVERAGE
    assert np.mean(np.array(found) < width) <= COVERAGE + 1 / len(found)


def test_means_find_a_world_without_tastes():
    """r = 4 + film + person, nothing else; one kind person is missing, so that one turn of means mistakes her for her films."""
    people = {
        f"p{shift}-{at}": {film: 4 + film % 3 + shift for film in FILMS[at : at + 12]}
        for at in range(0, 29, 4)
        for shift in range(3)
        if (at, shift) != (0, 2)
    }
    found = residuals.fit(told(people), rank=0, damping=1e-6, ridge=1.0, seed=0)
    values = found.values(np.arange(4), np.array([5 + FILMS[at] % 3 for at in range(4)]))
    np.testing.assert_allclose(values, [5 + film % 3 for film in FILMS], atol=0.15)


def test_truncated_svd_is_the_head_of_the_whole_one():
    matrix = np.random.default_rng(0).normal(size=(30, 12)) * np.logspace(1, -1, 12)
    found = residuals.truncated_svd(sparse.csr_array(matrix), 3, seed=0)
    _, values, v = np.linalg.svd(matrix)
    np.testing.assert_allclose(np.abs(found), np.abs(v[:3].T * values[:3]), atol=1e-3)
    assert not residuals.truncated_svd(sparse.csr_array((5, 4)), 2, seed=0).any()


def test_tastes_are_learned_for_people_never_seen():
    plain, tasted = (fitting.fit(partials(crowd(150)), rank=rank) for rank in (0, 4))
    strangers = crowd(60, seed=5)
    assert errors(tasted, strangers).mean() < 0.8 * errors(plain, strangers).mean()


def test_intervals_hold_their_share_for_people_never_seen():
    model, inside = fitting.fit(partials(crowd(150)), rank=4), []
    for ratings in crowd(200, seed=6).values():
        film, known = list(ratings)[-1], dict(list(ratings.items())[:-1])
        found = model.predict(film, known)
        inside.append(found.low <= ratings[film] <= found.high)
    assert 0.74 <= np.mean(inside) <= 0.9  # points are whole, so an interval holds a little more than its share
    assert found.coverage == COVERAGE


@unhurried
@given(crowds(), rated, st.sampled_from(FILMS[:8]))
def test_a_prediction_is_on_the_scale_and_ignores_the_films_own_rating(people, ratings, film):
    model = fitting.fit(partials(people), rank=2)
    found = model.predict(film, ratings)
    assert found == model.predict(film, ratings | {film: 1})
    assert (found is None) == (film not in model.films or not (ratings.keys() - {film}) & set(model.films.tolist()))
    if found:
        assert 1 <= found.low <= found.value <= found.high <= 10
        others = {other: value for other, value in ratings.items() if other != film}
        at = model.films.tolist().index(film)
        assert found.value == pytest.approx(model.predictions(others)[at], abs=1e-9)


@unhurried
@given(crowds())
def test_a_kinder_visitor_is_expected_to_be_kinder(people):
    model = fitting.fit(partials(people), rank=0)
    low, high = model.predictions({FILMS[0]: 4}), model.predictions({FILMS[0]: 8})
    assert (high >= low).all()
