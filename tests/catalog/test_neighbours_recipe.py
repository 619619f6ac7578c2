"""Neighbours as a governed recipe beside the recommender: the same rows, sums and rivals, and gates of its own."""

import json
from typing import Any

import numpy as np
import pytest
from django.test import Client

from catalog.models import Movie, User
from catalog.recipes.neighbours import Neighbours
from catalog.recipes.recommender import Recommender
from catalog.recsys.linear import SCALE
from catalog.recsys.neighbours import NeighboursModel
from mlops import arrays, ledger, registry, serving
from mlops.ports import Kind
from mlops.stats.gates import judge
from tests.catalog.learned import candidate, serve, small_model
from tests.catalog.page_words import text
from tests.catalog.test_recommender_recipe import crowd, measured
from tests.factories.catalog import make_member_rating
from tests.factories.mlops import make_promotion

RECIPE, OTHER = Neighbours(), Recommender()
PARAMS = RECIPE.checked({"nearest": 5, "rank": 2, "refits": 4})


@pytest.fixture(scope="module")
def fold() -> Any:
    return RECIPE.split(crowd())[0]


@pytest.fixture(scope="module")
def model(fold: Any) -> NeighboursModel:
    return RECIPE.fit([RECIPE.partial(fold.train)], PARAMS, seed=0)


def test_it_learns_from_the_same_rows_folds_and_sums_as_the_recommender(fold: Any) -> None:
    assert (RECIPE.key, RECIPE.kind, RECIPE.dataset_key) == ("neighbours", Kind.LEARNING, OTHER.dataset_key)
    assert isinstance(registry.recipe("neighbours"), Neighbours)
    assert RECIPE.columns == OTHER.columns
    assert arrays.digest(RECIPE.partial(fold.train)) == arrays.digest(OTHER.partial(fold.train))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"shrinkage": -1}, "shrinkage is -1: give a number from 0 to 1,000"),
        ({"shrinkage": True}, "shrinkage is True"),
        ({"shrinkage": float("nan")}, "shrinkage is nan"),
        ({"nearest": 0}, "nearest is 0: give a whole number from 1 to 500"),
        ({"threshold": 11}, "threshold is 11"),
        ({"regularisation": 3}, "regularisation is no parameter of the neighbours: choose among shrinkage, nearest"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named_with_the_remedy(given: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        RECIPE.checked(given)


def test_parameters_fill_up_from_the_defaults_and_are_plain() -> None:
    whole = RECIPE.checked({"shrinkage": 2.5})
    shared = {"threshold": 7, "rank": 8, "refits": 10, "watched_counts": False}
    assert whole == {"shrinkage": 2.5, "nearest": 50, **shared}
    assert json.loads(json.dumps(whole)) == whole


def test_it_is_measured_beside_the_same_rivals_and_refits_say_how_sure_it_is(fold: Any, model: NeighboursModel) -> None:
    arms = {"candidate": model, **RECIPE.rivals(fold, PARAMS, 0)}
    found = {name: measured(one, fold) for name, one in arms.items()}
    assert {len(metrics["ndcg-100"].each) for metrics in found.values()} == {fold.facts["units"]}
    assert {"rmse", "mae", "coverage-80"} <= set(found["candidate"])
    assert (
        found["candidate"]["ndcg-10"].value > found["popularity"]["ndcg-10"].value
    )  # two camps: one list fits neither
    metrics, more = RECIPE.stability(model, fold, PARAMS, seed=0)
    assert {metric.name for metric in metrics} == {"list-stability", "rank-coverage", "rank-width", "data-gain"}
    again = RECIPE.load(arrays.unpack(arrays.pack({**model.arrays(), **more})))
    assert again.spread is not None
    gates = {gate.metric for gate in RECIPE.gates}
    assert gates <= {metric.name for metric in [*metrics, *RECIPE.evaluate(model, fold)]}


def test_it_need_not_beat_svd_but_popularity_it_must(fold: Any) -> None:
    gates = {gate.key: gate for gate in RECIPE.gates}
    assert "beats-svd" not in gates
    popularity = measured(RECIPE.rivals(fold, PARAMS, 0)["popularity"], fold)["ndcg-100"]
    arms = {(fold.name, arm, "ndcg-100"): popularity for arm in ("candidate", "popularity")}
    assert judge([gates["beats-popularity"]], arms, has_champion=False)[0].passed is False


@pytest.mark.django_db
def test_whoever_chooses_it_is_shown_its_list_with_reasons_that_add_up(
    films: list[Movie], client: Client, visitor: User
) -> None:
    """The first film lifts the third and the fourth, the second the third alone."""
    serve(small_model(films))
    near = np.repeat(np.arange(len(films), dtype=np.int32)[:, None], 2, axis=1)
    weight = np.zeros_like(near)
    near[2], weight[2] = (0, 1), (SCALE // 2, SCALE // 4)
    near[3, 0], weight[3, 0] = 0, SCALE // 8
    like = small_model(films)
    serve(NeighboursModel(like.films, near, weight, 7, 5.0, like.predictor), recipe_key="neighbours")
    for film in films[:2]:
        make_member_rating(film, by=visitor, value=9)

    page = client.post("/for-you/judge", {"judge": "neighbours"}, follow=True)
    assert "neighbours v1" in text(page)
    assert [row.pick.film for row in page.context["picks"]] == films[2:4]
    why = client.get(f"/for-you/why/{films[2].pk}").context["pick"]
    assert [(cause.film, cause.weight) for cause in why.because] == [(films[0], SCALE // 2), (films[1], SCALE // 4)]
    assert why.score == SCALE // 2 + SCALE // 4


@pytest.mark.django_db
def test_two_people_bring_it_into_service_beside_the_recommender(model: NeighboursModel) -> None:
    assert np.array_equal(RECIPE.load(model.arrays()).near, model.near)
    version = make_promotion(candidate(model, recipe_key="neighbours")).version
    found = serving.served("neighbours")
    assert (found.label, version.state) == ("neighbours v1", "APPROVED")
    assert isinstance(found.model, NeighboursModel)
    assert found.model.top_n({1: 9}) == model.top_n({1: 9}) != []
    assert [system.recipe_key for system in ledger.systems() if system.serves] == ["neighbours"]
