"""Films liked by the same people: by hand, against the textbook's cosine, and what must hold for any ratings."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from catalog.recsys import bootstrap, cosine, ease, fitting, likes
from catalog.recsys.linear import SCALE, Lift, LinearModel, Similar
from catalog.recsys.neighbours import NeighboursModel
from catalog.recsys.prediction import Predictor
from catalog.recsys.spread import Spread
from mlops import arrays
from tests.pure.people import crowd, crowds, partials, rated, unhurried

NEAR = np.array([[1, 2], [0, 2], [1, 2], [0, 1]], dtype=np.int32)
WEIGHT = np.array([[5, 1], [5, 3], [3, 0], [2, 4]], dtype=np.int32)


def model(spread=None, **given):
    predictor = Predictor(6.0, np.zeros(4, dtype=np.float32), np.zeros((4, 2), dtype=np.float32), 5.0, 10.0, 1.5)
    made = NeighboursModel(np.array([10, 20, 30, 40]), NEAR, WEIGHT, 7, 5.0, predictor, spread)
    return replace(made, **given)


def learned(people, nearest=3, shrinkage=1.0):
    ratings = likes.joined(partials(people))
    near, weight = cosine.likeness(ratings.likes(7), shrinkage, nearest).kept()
    n = len(ratings.films)
    predictor = Predictor(6.0, np.zeros(n, dtype=np.float32), np.zeros((n, 2), dtype=np.float32), 5.0, 10.0, 1.5)
    return NeighboursModel(ratings.films, near, weight, 7, shrinkage, predictor)


def table(served: LinearModel):
    """The weights as one table: row i is what liking film i adds to the others."""
    return served.block(0, len(served.films)).astype(np.int64)


def textbook(x, shrinkage, nearest):
    """Shrunk cosine of columns, of which each keeps its largest; of equal ones the first."""
    common = x.T @ x
    found = np.zeros_like(common)
    for i, j in np.argwhere(common > 0):
        own = common[i, j] / np.sqrt(common[i, i] * common[j, j]) * common[i, j] / (common[i, j] + shrinkage)
        found[i, j] = round(own * SCALE) if i != j else 0
    for j in range(len(found)):
        found[np.argsort(-found[:, j], kind="stable")[nearest:], j] = 0
    return found.astype(np.int64)


def test_by_hand():
    """Three like the first film, two of them the second: 2/√6 common to all, believed by 2/(2 + 2); the third is like nothing."""
    x = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    near, weight = cosine.likeness(x, 2.0, 1).kept()
    lift = round(SCALE * 2 / 6**0.5 / 2)
    assert near.tolist() == [[1], [0], [2]]
    assert weight.tolist() == [[lift], [lift], [0]]


@pytest.mark.parametrize(("shrinkage", "nearest"), [(0.0, 3), (5.0, 10), (20.0, 99)])
def test_the_weights_are_the_textbooks_and_the_nearest_alone_are_kept(shrinkage, nearest, monkeypatch):
    monkeypatch.setattr(ease, "BLOCK", 7)
    people = crowd(60)
    x = likes.joined(partials(people)).likes(7)
    served, side = learned(people, nearest, shrinkage), cosine.likeness(x, shrinkage, nearest)
    expected = textbook(x.toarray(), shrinkage, nearest)
    assert np.abs(table(served) - expected).max() <= 1
    assert ((table(served) > 0).sum(axis=0) <= nearest).all()
    whole = np.concatenate([side.columns(*block) for block in ease.blocks(side.n)], axis=1)
    assert np.rint(whole * SCALE).astype(np.int64).tolist() == table(served).tolist()


def test_of_equally_near_films_the_lower_numbers_are_kept():
    x = sparse.csr_array(np.ones((3, 5)))
    near, _ = cosine.likeness(x, 0.0, 2).kept()
    assert near.tolist() == [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1]]


@pytest.mark.parametrize(("shrinkage", "nearest"), [(-1.0, 5), (float("nan"), 5), (5.0, 0)])
def test_a_parameter_that_makes_no_sense_is_refused(shrinkage, nearest):
    with pytest.raises(ValueError, match="must be at least 0 and 1"):
        cosine.likeness(sparse.csr_array(np.ones((2, 2))), shrinkage, nearest)


def test_a_list_by_hand():
    """Likes of 10 and 20: film 30 gets 3 of the one, film 40 2 + 4 of both."""
    first, second = model().top_n({10: 9, 20: 7})
    assert (first.film, first.score, first.rank, first.lifts) == (40, 6, 1, (Lift(20, 4), Lift(10, 2)))
    assert (second.film, second.score, second.rank, second.lifts) == (30, 3, 2, (Lift(20, 3),))
    assert model().similar(20) == [Similar(10, 5), Similar(40, 4), Similar(30, 3)]


@unhurried
@given(crowds(), rated, st.data())
def test_reasons_add_up_and_taking_one_away_is_one_subtraction(people, ratings, data):
    served = learned(people)
    x = np.array([ratings.get(film, 0) >= 7 for film in served.films.tolist()], dtype=np.int64)
    assert served.scores(ratings).tolist() == (x @ table(served)).tolist()
    for entry in served.top_n(ratings, 20):
        assert sum(lift.weight for lift in entry.lifts) == entry.score > 0
        assert served.rank_of(entry.film, ratings) == entry
        lift = data.draw(st.sampled_from(entry.lifts))
        again = served.rank_of(entry.film, {film: value for film, value in ratings.items() if film != lift.film})
        assert (again.score if again else 0) == entry.score - lift.weight


def test_whoever_was_dealt_where_the_model_is_the_same_to_the_last_bit():
    people = crowd(60)
    whole, parted = (fitting.neighbours(partials(people, parts), rank=2) for parts in (1, 5))
    assert arrays.digest(whole.arrays()) == arrays.digest(parted.arrays())


def test_refits_say_how_far_lists_and_ranks_are_to_be_believed():
    parts = partials(crowd(100))
    served = fitting.neighbours(parts, shrinkage=5, nearest=10, rank=2)
    visitors = [dict(list(ratings.items())[::4]) for ratings in crowd(40, seed=7).values()]
    measured, found = bootstrap.with_spread(served, parts, visitors, refits=5)
    assert isinstance(measured, NeighboursModel)
    assert 0 < found.overlap.mean() <= 1
    assert 0.5 < found.coverage.mean() <= 1
    entry = measured.top_n(visitors[0], 1)[0]
    assert entry.best_rank <= entry.rank <= entry.worst_rank
    again = NeighboursModel.from_arrays(arrays.unpack(arrays.pack(measured.arrays())))
    assert again.top_n(visitors[0]) == measured.top_n(visitors[0])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("near", NEAR[:3], "near is missing"),
        ("near", NEAR.astype(np.int64), "near is missing"),
        ("near", NEAR + 2, "places of films"),
        ("near", NEAR - 1, "places of films"),
        ("near", np.array([[2, 1], [0, 2], [1, 2], [0, 1]], dtype=np.int32), "rise along each row"),
        ("near", np.array([[1, 1], [0, 2], [1, 2], [0, 1]], dtype=np.int32), "rise along each row"),
        ("weight", np.array([[0, 1], [5, 3], [3, 0], [2, 4]], dtype=np.int32), "what weighs nothing be last"),
        ("weight", -WEIGHT, "0 or more"),
        ("weight", WEIGHT + 1, "its own neighbour"),
        ("weight", WEIGHT[:, :1], "weight is missing"),
        ("shrinkage", np.array([-1.0]), "shrinkage must be"),
        ("threshold", np.array([11]), "threshold"),
        ("films", np.array([10, 20, 30, 41]), "not the set"),
    ],
)
def test_unsound_arrays_are_refused(name, value, said):
    whole = dict(model(spread=Spread(np.eye(4, dtype=np.uint8), 1.25)).arrays())
    with pytest.raises(ValueError, match=said):
        NeighboursModel.from_arrays(whole | {name: value})
    del whole[name]
    with pytest.raises(ValueError, match=name):
        NeighboursModel.from_arrays(whole)


def test_serving_loads_numpy_alone():
    told = "import sys, catalog.recsys.neighbours as r; print([m for m in ('scipy', 'sklearn', 'pandas') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
