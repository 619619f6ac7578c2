"""The model as it serves: whole numbers, reasons, counterfactuals, and arrays that are refused."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.recsys import ease, likes
from catalog.recsys.prediction import Predictor
from catalog.recsys.recommender import Lift, Predicted, RecommenderModel, Similar
from catalog.recsys.spread import Spread
from mlops import arrays
from tests.pure.people import FILMS, crowds, partials, rated, unhurried

B = np.array([[0, 5, 1, -2], [5, 0, 3, 4], [1, 3, 0, 0], [-2, 4, 0, 0]], dtype=np.int32)
films_to_hide = st.sets(st.sampled_from(FILMS[:8]), max_size=3)


def model(b=B, films=(10, 20, 30, 40), spread=None):
    n = len(films)
    predictor = Predictor(6.0, np.zeros(n, dtype=np.float32), np.zeros((n, 2), dtype=np.float32), 5.0, 10.0, 1.5)
    return RecommenderModel(np.array(films, dtype=np.int64), np.asarray(b, dtype=np.int32), 7, 200.0, predictor, spread)


def learned(people):
    ratings = likes.joined(partials(people))
    return model(ease.weights(ratings.likes(7), 3.0), ratings.films.tolist())


def test_a_list_by_hand():
    """Likes of 10 and 20: film 30 gets 1 + 3, film 40 −2 + 4; the rated are not listed, a 6 lifts nothing."""
    first, second = model().top_n({10: 9, 20: 7})
    assert (first.film, first.score, first.rank, first.lifts) == (30, 4, 1, (Lift(20, 3), Lift(10, 1)))
    assert (second.film, second.score, second.rank, second.lifts) == (40, 2, 2, (Lift(20, 4), Lift(10, -2)))
    assert (first.best_rank, first.worst_rank) == (None, None)
    assert [entry.film for entry in model().top_n({10: 9, 20: 6})] == [30]
    assert [entry.film for entry in model().top_n({10: 9, 20: 7}, n=1)] == [30]
    assert [entry.film for entry in model().top_n({10: 9, 20: 7}, hidden=[30])] == [40]


def test_equal_scores_are_in_the_order_of_their_ids():
    equal = np.ones((4, 4)) - np.eye(4)
    assert [entry.film for entry in model(equal).top_n({30: 9}, n=2)] == [10, 20]
    assert model(equal).rank_of(40, {30: 9}).rank == 3


@pytest.mark.parametrize("ratings", [{}, {10: 6}, {99: 9}])
def test_who_likes_nothing_known_gets_no_list(ratings):
    assert model().top_n(ratings) == []
    assert model().rank_of(20, ratings) is None


def test_a_rank_that_cannot_be_is_none():
    for film in (99, 10, 30):
        assert model().rank_of(film, {10: 9}, hidden=[30]) is None
    assert model().rank_of(40, {10: 9}).rank == 3  # spoken against, so not listed, yet it has a place


def test_intervals_by_hand():
    """Scores 5, 1, −2; inflated spreads of 4, 2, 0: the first may fall to 1, the second rise to 3, which is no 5."""
    codes = np.zeros((4, 4), dtype=np.uint8)
    codes[0] = [0, 9, 1, 0]  # spreads 2, 1, 0
    entries = model(spread=Spread(codes, 2.0)).top_n({10: 9})
    assert [(entry.film, entry.rank, entry.best_rank, entry.worst_rank) for entry in entries] == [
        (20, 1, 1, 2),
        (30, 2, 2, 2),
    ]


def test_similar_films_are_what_one_like_recommends():
    assert model().similar(20) == [Similar(10, 5), Similar(40, 4), Similar(30, 3)]
    assert [one.film for one in model().similar(20, 2)] == [entry.film for entry in model().top_n({20: 10}, 2)]
    assert model().similar(99) == []


def test_a_prediction_by_hand():
    """9 − 6 = 3, over (1 + damping 5) is half a point; 6.5 ± 1.5."""
    assert model().predict(20, {10: 9}) == Predicted(6.5, 5.0, 8.0, 0.8)
    assert model().predict(99, {10: 9}) is model().predict(20, {99: 9}) is model().predict(20, {20: 9}) is None


@unhurried
@given(crowds(), rated, films_to_hide)
def test_reasons_add_up_exactly(people, ratings, hidden):
    served = learned(people)
    for entry in served.top_n(ratings, 20, hidden):
        assert sum(lift.weight for lift in entry.lifts) == entry.score > 0
        assert {lift.film for lift in entry.lifts} <= {film for film, value in ratings.items() if value >= 7}
        assert entry.film not in ratings.keys() | hidden
        assert served.rank_of(entry.film, ratings, hidden) == entry


@unhurried
@given(crowds(), rated, st.data())
def test_taking_a_rating_away_is_one_subtraction(people, ratings, data):
    served = learned(people)
    for entry in served.top_n(ratings, 20):
        lift = data.draw(st.sampled_from(entry.lifts))
        without = {film: value for film, value in ratings.items() if film != lift.film}
        again = served.rank_of(entry.film, without)
        assert (again.score if again else 0) == entry.score - lift.weight


@unhurried
@given(crowds(), rated, st.sampled_from(FILMS[:8]), st.integers(1, 6))
def test_a_low_rating_lifts_nothing_and_hides_its_film(people, ratings, film, value):
    served = learned(people)
    ratings.pop(film, None)
    before, after = served.top_n(ratings, 20), served.top_n(ratings | {film: value}, 20)
    assert served.scores(ratings).tolist() == served.scores(ratings | {film: value}).tolist()
    assert [(entry.film, entry.score) for entry in after] == [(e.film, e.score) for e in before if e.film != film]


@unhurried
@given(crowds(), rated)
def test_scores_are_a_plain_sum(people, ratings):
    served = learned(people)
    x = np.array([ratings.get(film, 0) >= 7 for film in served.films.tolist()], dtype=np.int64)
    assert served.scores(ratings).tolist() == (x @ served.b.astype(np.int64)).tolist()


def test_scores_beyond_int32_are_exact():
    """Three weights of two thousand million each: no sum of them fits four bytes."""
    most = 2_000_000_000
    b = most * (np.ones((4, 4), dtype=np.int64) - np.eye(4, dtype=np.int64))
    assert model(b).scores({10: 9, 20: 9, 30: 9}).tolist() == [2 * most, 2 * most, 2 * most, 3 * most]


def test_arrays_there_and_back():
    served = model(spread=Spread(np.eye(4, dtype=np.uint8), 1.25))
    again = RecommenderModel.from_arrays(arrays.unpack(arrays.pack(served.arrays())))
    assert arrays.digest(again.arrays()) == arrays.digest(served.arrays())
    assert again.top_n({10: 9}) == served.top_n({10: 9})
    assert again.predict(20, {10: 9}) == served.predict(20, {10: 9})
    assert RecommenderModel.from_arrays(model().arrays()).spread is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("films", np.array([10, 30, 20, 40]), "rising"),
        ("films", np.array([10, 20, 30, 41]), "not the set"),
        ("films", np.array([], dtype=np.int64), "at least one"),
        ("b", B[:3], "b is missing"),
        ("b", B.astype(np.float64), "b is missing"),
        ("b", B + np.eye(4, dtype=np.int32), "diagonal"),
        ("threshold", np.array([11]), "threshold"),
        ("regularisation", np.array([np.nan]), "no number"),
        ("biases", np.full(4, np.nan, dtype=np.float32), "biases holds"),
        ("factors", np.full((4, 2), np.inf, dtype=np.float32), "factors holds"),
        ("factors", np.zeros((3, 2), dtype=np.float32), "factors is missing"),
        ("half_width", np.array([0.0]), "half_width"),
        ("spread", np.zeros((4, 3), dtype=np.uint8), "spread is missing"),
        ("inflation", np.array([-1.0]), "inflation"),
    ],
)
def test_unsound_arrays_are_refused(name, value, said):
    whole = dict(model(spread=Spread(np.eye(4, dtype=np.uint8), 1.25)).arrays())
    with pytest.raises(ValueError, match=said):
        RecommenderModel.from_arrays(whole | {name: value})
    del whole[name]
    with pytest.raises(ValueError, match=name):
        RecommenderModel.from_arrays(whole)


def test_the_model_of_another_set_of_films_is_refused():
    other = replace(model(), films=np.array([10, 20, 30, 50]))
    with pytest.raises(ValueError, match="not the set"):
        RecommenderModel.from_arrays(model().arrays() | {"films": other.films})


def test_serving_loads_numpy_alone():
    told = "import sys, catalog.recsys.recommender as r; print([m for m in ('scipy', 'sklearn', 'pandas') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
