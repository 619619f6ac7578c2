"""The formula as a governed recipe: its arrays are its whole state, and only parameters that make sense are taken."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.recipes.weighted_rating import WeightedRating, WeightedRatingModel
from catalog.recsys.formula import RATER_KINDS, Formula
from catalog.recsys.weighted import Tallied
from mlops import arrays
from mlops.models import ModelVersion, Run
from mlops.pipeline.execute import execute
from mlops.ports import SYSTEM, Kind, NotEnoughData
from mlops.registry import recipe
from mlops.services import runs
from mlops.serving import served
from mlops.stats.gates import judge
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_genesis

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


# --- what a version must pass ------------------------------------------------------------------------------------
RECIPE = WeightedRating()


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"prior_votes": -1}, "prior_votes is -1: it must be from 0"),
        ({"prior_votes": 2.5}, "prior_votes is 2.5: give a whole number"),
        ({"prior_votes": True}, "prior_votes is True"),
        ({"floor": 0}, "floor is 0: it must be from 1"),
        ({"floor": None}, "floor is None: give a whole number"),
        ({"c_rule": "mean-of-votes"}, "c_rule is 'mean-of-votes': it must be one of"),
        ({"kinds": "MEMBER"}, "kinds is 'MEMBER': give a list"),
        ({"kinds": ["ROBOT"]}, "kinds is .* it must be among"),
        ({"kinds": []}, "kinds is empty: name whose ratings count"),
        ({"kinds": ["DEMO", "DEMO"]}, "names a kind twice"),
        ({"m": 3}, "m is no parameter of the formula: choose among prior_votes, floor"),
    ],
)
def test_parameters_are_refused_with_the_remedy(other, named):
    with pytest.raises(ValueError, match=named):
        RECIPE.checked(other)


def test_parameters_fill_up_from_the_defaults():
    assert RECIPE.checked({"prior_votes": 10_000}) == PARAMS | {"prior_votes": 10_000}


def tallies(*films):
    """films: (film, year, votes, points)."""
    columns = zip(*films, strict=True) if films else ((),) * 4
    return {
        name: np.array(column, dtype=np.int64)
        for name, column in zip(("film", "year", "votes", "points"), columns, strict=True)
    }


SOME = tallies((1, 1950, 30, 1500), (2, 1950, 10, 900), (3, 1949, 10, 900), (4, 1990, 3, 77), (5, 2000, 1, 100))


def judged(model, rows=SOME):
    fold = RECIPE.split(rows)[0]
    found = {metric.name: metric for metric in RECIPE.evaluate(model, fold)}
    results = judge(RECIPE.gates, {(fold.name, "candidate", name): metric for name, metric in found.items()}, False)
    return found, {result.key: result.passed for result in results}


@pytest.mark.parametrize("other", [{}, {"prior_votes": 0}, {"prior_votes": 1}, {"prior_votes": 10**9}, {"floor": 4}])
def test_fractions_confirm_every_figure(other):
    found, verdicts = judged(fit(**other))
    assert set(verdicts.values()) == {True}
    assert (found["recomputed"].value, found["ranked"].value) == (1, 3 if "floor" in other else 5)


def test_a_figure_that_is_off_by_a_millionth_fails():
    class Wrong(WeightedRatingModel):
        def chart(self, films):
            right = super().chart(films)
            first = replace(right.rows[0], wr_e6=right.rows[0].wr_e6 + 1)
            return replace(right, rows=[first, *right.rows[1:]])

    found, verdicts = judged(Wrong(25_000, 1, "mean-of-films", ("MEMBER",)))
    assert (found["recomputed"].value, verdicts["recomputed"]) == (4 / 5, False)


@pytest.mark.parametrize("kinds", [["DEMO"], ["MEMBER", "DEMO"]])
def test_counting_others_than_the_tallies_hold_fails(kinds):
    assert judged(fit(kinds=kinds))[1]["counts"] is False


def test_ranking_nothing_fails():
    assert judged(fit(floor=31))[1] == {
        "recomputed": True, "counts": True, "no-partner-rules": True, "ranked": False,
    }  # fmt: skip


def test_without_a_vote_there_is_nothing_to_weigh():
    with pytest.raises(NotEnoughData, match="no film has a vote"):
        RECIPE.split(tallies())


@pytest.mark.django_db
def test_another_m_says_which_films_rise_and_fall():
    """With m = 0 by their own mean: 5, 3, 2, 1, 4. With a huge m all are C to six decimals, and votes decide: 1, 3, 2, 4, 5."""
    tables = {
        one.title: one for one in RECIPE.compare(fit(prior_votes=0), fit(prior_votes=10**9), RECIPE.split(SOME)[0])
    }
    assert tables["How far the chart moves"].rows[:2] == [
        ("films ranked", 5, 5),
        ("of the champion's first 250 kept", 5, 5),
    ]
    moved = {
        title: [(row[1], row[2], row[3]) for row in tables[title].rows] for title in ("Films rising", "Films falling")
    }
    assert moved == {"Films rising": [(1, 5, 4)], "Films falling": [(4, 1, -3), (5, 4, -1)]}
    assert [row[0] for row in tables["The first 250 by decade"].rows] == ["1940s", "1950s", "1990s", "2000s"]


@pytest.mark.django_db(transaction=True)
def test_a_new_m_goes_through_run_and_gates_to_a_version():
    make.small_catalogue(12)
    run = runs.queue_run(
        recipe_key="weighted-rating", reason="Fewer prior votes.", by=SYSTEM, at=NOON, params={"prior_votes": 10_000}
    )
    execute(run_id=run.pk, worker="test:1")
    run.refresh_from_db()
    assert run.state == Run.State.SUCCEEDED, run.failure
    version = ModelVersion.objects.get(run=run)
    assert (version.label, version.state, version.params["prior_votes"]) == ("weighted-rating v2", "CANDIDATE", 10_000)
    assert version.gate_report.passed
    assert version.gate_report.tables[0]["title"] == "How far the chart moves"
    assert served("weighted-rating").label == "weighted-rating v1"  # nobody approved the other
