"""The formula as a governed recipe: its arrays are its whole state, and only parameters that make sense are taken."""

import numpy as np
import pytest

from catalog.recipes.weighted_rating import WeightedRating, WeightedRatingModel
from catalog.recsys.formula import RATER_KINDS, Formula
from catalog.recsys.weighted import Tallied
from mlops import arrays
from mlops.models import ModelVersion
from mlops.ports import Kind
from mlops.registry import recipe
from mlops.serving import served
from tests.factories.mlops import make_genesis

# The state of version 1. Whoever changes it makes another version, and existing ones must still load.
STATE = "358960df7cce4e9d2586d066198c9d0fc7389ee5b14263ccc58f7417c51dc0e3"
PARAMS = dict(WeightedRating.params)


def fit(**other):
    return WeightedRating().fit((), PARAMS | other, seed=0)


def test_it_is_the_formula_of_the_house():
    assert (WeightedRating.key, WeightedRating.kind) == ("weighted-rating", Kind.SOFTWARE)
    assert fit() == WeightedRatingModel(25_000, 1, "mean-of-films", ("MEMBER",))
    assert isinstance(recipe("weighted-rating"), WeightedRating)


def test_nothing_but_its_parameters_makes_a_model():
    assert arrays.digest(fit().arrays()) == arrays.digest(WeightedRating().fit((), PARAMS, seed=99).arrays()) == STATE


@pytest.mark.parametrize(
    "other",
    [{}, {"prior_votes": 0}, {"prior_votes": 10**9}, {"floor": 1000}, {"kinds": []}, {"kinds": list(RATER_KINDS)}],
)
def test_a_model_packed_and_loaded_is_the_same(other):
    model = fit(**other)
    again = WeightedRating().load(arrays.unpack(arrays.pack(model.arrays())))
    assert again == model
    assert arrays.digest(again.arrays()) == arrays.digest(model.arrays())


def test_every_parameter_is_in_the_state():
    others = [{}, {"prior_votes": 1}, {"floor": 2}, {"kinds": ["DEMO"]}, {"kinds": ["MEMBER", "DEMO"]}]
    assert len({arrays.digest(fit(**other).arrays()) for other in others}) == len(others)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"prior_votes": -1}, "prior_votes is -1"),
        ({"prior_votes": 10**9 + 1}, "prior_votes is 1000000001"),
        ({"floor": 0}, "floor is 0"),
        ({"floor": 10**9 + 1}, "floor is 1000000001"),
        ({"c_rule": "mean-of-votes"}, "c_rule is 'mean-of-votes'"),
        ({"kinds": ["MEMBER", "ROBOT"]}, "kinds is"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(other, named):
    with pytest.raises(ValueError, match=named):
        fit(**other)


@pytest.mark.parametrize(
    "other",
    [
        {"kinds": None},
        {"kinds": np.array([1, 0])},
        {"c_rule": np.array([1])},
        {"c_rule": np.array([-1])},
        {"c_rule": None},
        {"prior_votes": np.array([2.5])},
        {"prior_votes": np.array([1, 2])},
        {"prior_votes": np.array([-1])},
        {"floor": None},
        {"floor": np.array(1)},
    ],
)
def test_arrays_of_something_else_are_refused(other):
    state = {name: value for name, value in (fit().arrays() | other).items() if value is not None}
    with pytest.raises(ValueError, match=r"is not|must be|known"):
        WeightedRating().load(state)


def test_the_model_weighs_as_the_formula_does():
    films = [Tallied(1, 1950, 30, 1500), Tallied(2, 1950, 10, 900)]
    assert fit().chart(films) == Formula(25_000, 1, "mean-of-films", ("MEMBER",)).chart(films)


@pytest.mark.django_db
def test_what_serves_from_the_start_is_this_state():
    make_genesis()
    service = served("weighted-rating")
    assert (service.model, service.label) == (fit(), "weighted-rating v1")
    assert ModelVersion.objects.get().params == PARAMS
