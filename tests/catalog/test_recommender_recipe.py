"""The recommender as a governed recipe: its parameters, what it measures of any arm, and what it tells of changes."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from catalog.recipes.recommender import Recommender
from catalog.recipes.recommending import comparing, evaluating, gaining
from catalog.recsys.splits import FIRST_HELD, partition_of, taken
from mlops import arrays
from mlops.pipeline import contract
from mlops.ports import Fold, Kind, NotEnoughData
from mlops.registry import recipe
from mlops.stats.gates import judge, passed
from tests.catalog.test_load_demo import generated_set
from tests.factories import catalog as make
from tests.pure.test_splits import PEOPLE, rows

RECIPE = Recommender()
DEMO, MEMBER = 1, 0


def full(*rated, kind=DEMO):
    """rated: (subject, film, value, at), with the columns that models do not learn from."""
    found = rows(*rated)
    count = len(found["film"])
    return {
        **found,
        "signal": np.zeros(count, dtype=np.int8),
        "recorded": found["at"],
        "kind": np.full(count, kind, dtype=np.int8),
        "partner": np.zeros(count, dtype=np.int64),
        "year": np.full(count, 1950, dtype=np.int16),
        "votes": np.full(count, 500, dtype=np.int64),
    }


def crowd(films=14):
    """Two camps: who likes odd films, and who likes even ones."""
    chance = np.random.default_rng(7)
    rated = []
    for number, subject in enumerate(PEOPLE):
        for place, film in enumerate(chance.permutation(films)[:9].tolist()):
            rated.append((subject, film + 1, 9 if film % 2 == number % 2 else 3, 100 * number + place))
    return full(*rated)


def arm(*order):
    """An arm that lists these films, best first, whatever it is told."""
    films = np.array(sorted(order), dtype=np.int64)
    scores = np.array([len(order) - order.index(film) for film in films.tolist()], dtype=np.int64)
    return SimpleNamespace(films=films, scores=lambda ratings: scores)


def asked(known, later, kind=DEMO):
    """A fold with one person, of whom some ratings are known and later ones asked; films 1 to 9 were rated before."""
    train = full(*(("t", film, 8, 1) for film in range(1, 10)))
    told = full(*(("a", film, value, 2) for film, value in known.items()), kind=kind)
    return Fold("held-out-users", "", train, told, full(*(("a", film, v, 3) for film, v in later.items()), kind=kind))


def measured(model, fold):
    return {metric.name: metric for metric in RECIPE.evaluate(model, fold)}


# --- its promises ------------------------------------------------------------------------------------------------
def test_it_is_the_learning_system_of_the_house():
    assert (RECIPE.key, RECIPE.kind, RECIPE.dataset_key) == ("recommender", Kind.LEARNING, "visitor-ratings")
    assert isinstance(recipe("recommender"), Recommender)
    contract.check(RECIPE.columns, {name: crowd()[name] for name in (column.name for column in RECIPE.columns)})
    assert {column.name for column in RECIPE.columns if column.watched} == {"value", "year", "votes"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"regularisation": 0}, "regularisation is 0: give a number above 0"),
        ({"regularisation": -5.0}, "regularisation is -5.0"),
        ({"regularisation": float("nan")}, "regularisation is nan"),
        ({"regularisation": "200"}, "regularisation is '200'"),
        ({"threshold": 0}, "threshold is 0: give a whole number from 1 to 10"),
        ({"threshold": 11}, "threshold is 11"),
        ({"threshold": 7.5}, "threshold is 7.5"),
        ({"threshold": True}, "threshold is True"),
        ({"rank": -1}, "rank is -1"),
        ({"refits": 3}, "refits is 3: give a whole number from 4 to 100"),
        ({"watched_counts": 1}, "watched_counts is 1: give true or false"),
        ({"lambda": 3}, "lambda is no parameter of the recommender: choose among regularisation, threshold"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named_with_the_remedy(given, named):
    with pytest.raises(ValueError, match=named):
        RECIPE.checked(given)


def test_parameters_fill_up_from_the_defaults_and_are_plain():
    whole = RECIPE.checked({"regularisation": 12.5})
    assert whole == {"regularisation": 12.5, "threshold": 7, "rank": 8, "refits": 10, "watched_counts": False}
    assert json.loads(json.dumps(whole)) == whole


# --- the whole line, small ---------------------------------------------------------------------------------------
def test_a_model_of_partitions_is_the_model_of_the_whole_and_loads_again():
    fold = RECIPE.split(crowd())[0]
    params = RECIPE.checked({"regularisation": 5, "rank": 2})
    whole = RECIPE.fit([RECIPE.partial(fold.train)], params, seed=0)
    part = np.array([partition_of(subject) % 3 for subject in fold.train["subject"].tolist()])
    parts = [{name: column[part == at] for name, column in fold.train.items()} for at in range(3)]
    assert arrays.digest(RECIPE.fit([RECIPE.partial(one) for one in parts], params, 0).arrays()) == arrays.digest(
        whole.arrays()
    )
    metrics, more = RECIPE.stability(whole, fold, {"refits": 5}, seed=0)
    assert {metric.name for metric in metrics} >= {"list-stability", "rank-coverage"}
    again = RECIPE.load(arrays.unpack(arrays.pack({**whole.arrays(), **more})))
    assert again.spread is not None
    assert all(partition_of(subject) < FIRST_HELD for subject in fold.train["subject"].tolist())


def test_every_rival_is_measured_on_the_same_people():
    fold = RECIPE.split(crowd())[0]
    model = RECIPE.fit([RECIPE.partial(fold.train)], RECIPE.checked({"regularisation": 5, "rank": 2}), seed=0)
    arms = {"candidate": model, **RECIPE.rivals(fold, RECIPE.params, 0)}
    assert set(arms) == {"candidate", "popularity", "weighted-rating", "svd"}
    found = {name: measured(one, fold) for name, one in arms.items()}
    assert {len(metrics["ndcg-100"].each) for metrics in found.values()} == {fold.facts["units"]}
    assert {"rmse", "mae", "coverage-80"} <= set(found["candidate"])
    assert "rmse" not in found["popularity"]
    assert (
        found["candidate"]["ndcg-10"].value > found["popularity"]["ndcg-10"].value
    )  # two camps: one list fits neither


def test_a_threshold_above_what_is_asked_for_does_not_weaken_the_rivals():
    fold = RECIPE.split(crowd())[0]
    usual, strict, mild = (RECIPE.rivals(fold, {"threshold": t}, 0)["svd"].arrays() for t in (7, 10, 3))
    assert arrays.digest(usual) == arrays.digest(strict) != arrays.digest(mild)


# --- metrics by hand ---------------------------------------------------------------------------------------------
def test_rated_films_are_not_listed_and_low_asked_ratings_are_no_hits():
    """Film 1 is known; of 2, 3, 4 … the person goes on to like 3 and 20, which no list holds, and not 2."""
    found = measured(arm(1, 2, 3, 4, 5), asked({1: 9}, {2: 3, 3: 8, 20: 9}))
    worth = 1 / np.log2([2, 3])
    assert found["units"].value == 1
    assert found["ndcg-10"].each == pytest.approx([worth[1] / worth.sum()])
    assert found["recall-20"].each == pytest.approx([1 / 2])
    assert found["reach"].value == pytest.approx(4 / 9)


def test_what_nothing_speaks_for_is_not_listed():
    silent = SimpleNamespace(films=np.arange(1, 10), scores=lambda ratings: np.zeros(9, dtype=np.int64))
    found = measured(silent, asked({1: 9}, {3: 8}))
    assert (found["ndcg-100"].value, found["reach"].value, found["popularity-share"].value) == (0, 0, 0)


def test_with_nobody_to_ask_only_that_is_said_and_the_gates_fail():
    fold = asked({1: 9}, {2: 3})
    found = RECIPE.evaluate(arm(1, 2), fold)
    assert [(metric.name, metric.value) for metric in found] == [("units", 0), ("partner-share", 0)]
    results = judge(RECIPE.gates, {("held-out-users", "candidate", "units"): found[0]}, has_champion=False)
    assert not passed(results)
    assert "at least 100 is needed" in results[0].words


def test_too_few_people_fail_the_gate_whatever_the_lists():
    fold = RECIPE.split(crowd())[0]
    found = measured(arm(*range(1, 15)), fold)
    result = judge(RECIPE.gates[:1], {(fold.name, "candidate", "units"): found["units"]}, has_champion=False)[0]
    assert (result.passed, found["units"].value) == (False, fold.facts["units"])


@pytest.mark.parametrize("value", [1, 10])
def test_ratings_that_are_all_equal_teach_nothing(value):
    same = crowd()
    same["value"][:] = value
    with pytest.raises(NotEnoughData, match=f"ratings are {value}: nothing can be learned"):
        RECIPE.split(same)


# --- what would change -------------------------------------------------------------------------------------------
@pytest.fixture
def eight(db):
    """Films 1 to 8 of this test, by number: dramas of the 1930s, then comedies of the 1960s."""
    made = [
        make.make_movie(f"Reel {n}", year=1931 if n < 5 else 1961, genres=["Drama" if n < 5 else "Comedy"])
        for n in range(1, 9)
    ]
    return [film.pk for film in made]


def renamed(fold, films):
    """The same fold with film n called as the n-th of films."""

    def named(part):
        return {**part, "film": np.array([films[number - 1] for number in part["film"].tolist()], dtype=np.int64)}

    return replace(fold, train=fold.train, known=named(fold.known), asked=named(fold.asked))


def compared(eight, candidate, champion, kind=DEMO):
    fold = renamed(asked({1: 9, 2: 8}, {3: 8}, kind), eight)
    arms = [one and arm(*(eight[number - 1] for number in one)) for one in (candidate, champion)]
    return {table.title: table for table in RECIPE.compare(*arms, fold)}


def test_films_rise_and_fall_by_the_lists_they_enter_and_leave(eight):
    found = compared(eight, (3, 5, 6), (3, 4))
    assert list(found["Films rising"].rows) == [("Reel 5 (1961)", 1, 0, 1), ("Reel 6 (1961)", 1, 0, 1)]
    assert list(found["Films falling"].rows) == [("Reel 4 (1931)", 0, 1, -1)]
    assert list(found["The lists by decade"].rows) == [("1930s", "33.3 %", "100.0 %"), ("1960s", "66.7 %", "0.0 %")]
    assert list(found["The lists by genre"].rows) == [("Comedy", "66.7 %", "0.0 %"), ("Drama", "33.3 %", "100.0 %")]
    beside = found["Held-out visitor 1"]
    assert beside.rows[:2] == [(1, "Reel 3 (1931)", "Reel 3 (1931)"), (2, "Reel 5 (1961)", "Reel 4 (1931)")]
    assert beside.note == "2 ratings, 2 of them 7 or more: Reel 1 (1931) 9; Reel 2 (1931) 8 …"


def test_a_first_candidate_is_shown_alone(eight):
    found = compared(eight, (3, 5), None)
    assert list(found["Films listed most"].rows) == [("Reel 3 (1931)", 1), ("Reel 5 (1961)", 1)]
    assert found["Held-out visitor 1"].head == ("rank", "candidate")


def test_what_a_member_rated_is_not_written_into_a_report_that_is_kept_for_ever(eight):
    assert "Held-out visitor 1" not in compared(eight, (3, 5), None, MEMBER)


def test_a_film_that_is_gone_since_is_still_told(db):
    table = comparing.tables(arm(3, 4), None, asked({1: 9}, {3: 8}))[0]
    assert table.rows[0] == ("film 3, no longer there", 1)


def test_people_are_told_apart_and_kept_in_order():
    whole = generated_set().ratings
    many = full(
        *(
            (f"{rater:036d}", film, value, at)
            for rater, film, value, at in zip(
                whole.raters.tolist(),
                whole.film_ids.tolist(),
                whole.values.tolist(),
                whole.rated_at.tolist(),
                strict=True,
            )
        )
    )
    fold = RECIPE.split(many)[0]
    everybody = evaluating.people(fold)
    assert len(everybody) == fold.facts["people"]
    assert sum(len(person.known) for person in everybody) == len(fold.known["film"])
    assert sum(len(person.film) for person in everybody) == len(fold.asked["film"])


def test_the_gain_of_more_ratings_is_the_lead_over_refits_that_lack_an_eleventh_of_the_people():
    rows_of = crowd()
    fold = RECIPE.split(rows_of)[0]
    params = RECIPE.checked({"regularisation": 5, "refits": 4})
    model = RECIPE.fit([RECIPE.partial(fold.train)], params, seed=0)
    metrics, _ = RECIPE.stability(model, fold, params, seed=0)
    gain = next(metric for metric in metrics if metric.name == "data-gain")
    whole = measured(model, fold)["ndcg-100"].each
    groups = np.array([gaining.group(str(subject)) for subject in fold.train["subject"]])
    assert 0 < (groups == 0).sum() < len(groups)
    fewer = [taken(fold.train, groups != left_out) for left_out in range(4)]
    refits = [RECIPE.fit([RECIPE.partial(rows)], params, seed=0) for rows in fewer]
    expected = whole - np.mean([measured(refit, fold)["ndcg-100"].each for refit in refits], axis=0)
    assert np.allclose(gain.each, expected)
    assert gain.value == pytest.approx(expected.mean())
    assert gain.each.any()
