"""Ratings in, films out: each with the ratings that caused it, and every wrong place of a body by its pointer."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Hidden, Movie, Rater, Rating
from mlops import store
from mlops.services import promotion
from tests.catalog.api_calls import Caller, five_films, refusal
from tests.catalog.learned import candidate, serve, small_model
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_approver, make_promotion

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BOTH = [{"movie": 11, "value": 9}, {"movie": 12, "value": 8}]


@pytest.fixture
def api() -> Caller:
    return Caller()


@pytest.fixture
def served(api: Caller) -> Caller:
    """A partner of a site whose learned version is in service."""
    five_films()
    serve(small_model(Movie.objects.order_by("pk")))
    return api


def answer(api: Caller, ratings: Any, **more: Any) -> Any:
    response = api.post("recommendations", {"ratings": ratings, **more})
    assert response.status_code == 200, response.content
    return response.json()


# --- the list ----------------------------------------------------------------------------------------------------
def test_reasons_add_up_to_the_score_and_the_version_is_named(served: Caller) -> None:
    body = answer(served, BOTH)
    assert (body["basis"], body["version"], body["unit"], body["speaking"]) == (
        "ratings",
        "recommender v1",
        2**24,
        2,
    )
    assert [(film["rank"], film["id"]) for film in body["data"]] == [(1, 14), (2, 13)]
    for film in body["data"]:
        assert film["score"] == sum(reason["weight"] for reason in film["reasons"])
        assert film["best_rank"] <= film["rank"] <= film["worst_rank"]
        assert {reason["movie"] for reason in film["reasons"]} == {11, 12}


def test_it_is_the_list_that_a_member_with_these_ratings_sees(served: Caller) -> None:
    member = make.make_user()
    for rating in BOTH:
        make.make_member_rating(Movie.objects.get(pk=rating["movie"]), by=member, value=rating["value"])
    client = Client()
    client.force_login(member)
    page = client.get("/for-you")
    assert [film["title"] for film in answer(served, BOTH)["data"]] == [
        pick.row.title for pick in page.context["picks"]
    ]


def test_nothing_of_what_is_sent_is_kept(served: Caller) -> None:
    before = [model.objects.count() for model in (Rating, Rater, Hidden)]
    answer(served, BOTH)
    assert [model.objects.count() for model in (Rating, Rater, Hidden)] == before


def test_the_limit_is_kept_and_the_order_of_ratings_is_nothing(served: Caller) -> None:
    assert len(answer(served, BOTH, limit=1)["data"]) == 1
    assert answer(served, BOTH[::-1]) == answer(served, BOTH)


@pytest.mark.usefixtures("valkey")
def test_answers_are_for_nobody_else_and_count(served: Caller) -> None:
    response = served.post("recommendations", {"ratings": BOTH})
    assert response["Cache-Control"] == "no-store"
    assert not response.has_header("ETag")
    assert int(response["X-RateLimit-Remaining"]) == int(response["X-RateLimit-Limit"]) - 1


def test_five_hundred_ratings_are_answered(served: Caller) -> None:
    films = [make.make_movie(id=1000 + place) for place in range(498)]
    ratings = BOTH + [{"movie": film.pk, "value": 1 + film.pk % 10} for film in films]
    assert answer(served, ratings)["speaking"] == 2


# --- where there is no learned list ------------------------------------------------------------------------------
def test_without_an_approved_version_it_is_the_chart_and_says_so(api: Caller) -> None:
    five_films()
    body = answer(api, BOTH, limit=2)
    assert (body["basis"], body["lack"], body["version"], body["edition"]) == ("chart", "nothing_served", None, 1)
    assert [(film["rank"], film["id"]) for film in body["data"]] == [(3, 13), (4, 15)]  # 1 and 2 were rated
    assert [(film["score"], film["reasons"]) for film in body["data"]] == [(None, []), (None, [])]


@pytest.mark.parametrize(
    ("ratings", "lack"), [([], "no_ratings"), ([{"movie": 11, "value": 3}], "no_likes"), ("all", "nothing_left")]
)
def test_ratings_that_say_nothing_get_the_chart_beside_the_version(served: Caller, ratings: Any, lack: str) -> None:
    if ratings == "all":
        ratings = [{"movie": number, "value": 10} for number in range(11, 17)]
    body = answer(served, ratings)
    assert (body["basis"], body["lack"], body["version"]) == ("chart", lack, "recommender v1")


def test_rolled_back_and_unreadable_versions_fall_back_too(served: Caller) -> None:
    assert answer(served, BOTH)["basis"] == "ratings"
    promotion.roll_back(recipe_key="recommender", reason="a look back", by=make_approver(), at=NOON + HOUR)
    assert answer(served, BOTH)["lack"] == "nothing_served"
    other = candidate(small_model(Movie.objects.order_by("pk"), {(0, 1): 0.25}))
    make_promotion(other, at=NOON + 2 * HOUR)
    store.remove(other.artefact_digest)
    assert answer(served, BOTH)["lack"] == "away"


def test_before_the_first_edition_there_is_nothing_to_fall_back_on(api: Caller) -> None:
    refusal(api.post("recommendations", {"ratings": []}), 503, "no_edition")


# --- what is refused ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/ratings", "bad_value"),
        ([], "", "bad_value"),
        ('"text"', "", "bad_value"),
        (None, "", "bad_value"),
        ({"ratings": None}, "/ratings", "bad_value"),
        ({"ratings": {"11": 9}}, "/ratings", "bad_value"),
        ({"ratings": [{"movie": 11, "value": 9}] * 501}, "/ratings", "bad_value"),
        ({"ratings": [11]}, "/ratings/0", "bad_value"),
        ({"ratings": [{"movie": 11}]}, "/ratings/0/value", "bad_value"),
        ({"ratings": [{"value": 9}]}, "/ratings/0/movie", "bad_value"),
        ({"ratings": [{"movie": 11, "value": 0}]}, "/ratings/0/value", "bad_value"),
        ({"ratings": [{"movie": 11, "value": 11}]}, "/ratings/0/value", "bad_value"),
        ({"ratings": [{"movie": 11, "value": 8.0}]}, "/ratings/0/value", "bad_value"),
        ({"ratings": [{"movie": 11, "value": True}]}, "/ratings/0/value", "bad_value"),
        ({"ratings": [{"movie": 11, "value": "8"}]}, "/ratings/0/value", "bad_value"),
        ({"ratings": [{"movie": "11", "value": 8}]}, "/ratings/0/movie", "bad_value"),
        ({"ratings": [{"movie": -1, "value": 8}]}, "/ratings/0/movie", "bad_value"),
        ({"ratings": [{"movie": 10**30, "value": 8}]}, "/ratings/0/movie", "bad_value"),
        ({"ratings": [{"movie": 99, "value": 8}]}, "/ratings/0/movie", "unknown_movie"),
        ({"ratings": [{"movie": 10**18 - 1, "value": 8}]}, "/ratings/0/movie", "unknown_movie"),
        ({"ratings": [*BOTH, {"movie": 11, "value": 2}]}, "/ratings/2/movie", "duplicate"),
        ({"ratings": BOTH, "limit": 51}, "/limit", "bad_value"),
        ({"ratings": BOTH, "limit": 0}, "/limit", "bad_value"),
        ({"ratings": BOTH, "limit": None}, "/limit", "bad_value"),
    ],
)
def test_what_is_wrong_in_a_body_is_pointed_at(served: Caller, body: Any, pointer: str, code: str) -> None:
    faults = refusal(served.post("recommendations", body), 422, "bad_body")["errors"]
    assert [(fault["pointer"], fault["code"]) for fault in faults] == [(pointer, code)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"ratings": [{"movie": 11, "value": 8, "at": 0}]}, "/ratings/0/at"),
        ({"ratings": BOTH, "a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_a_name_that_no_body_has_is_refused_and_never_ignored(served: Caller, body: Any, pointer: str) -> None:
    faults = refusal(served.post("recommendations", body), 400, "unknown_field")["errors"]
    assert [(fault["pointer"], fault["code"]) for fault in faults] == [(pointer, "unknown_field")]


def test_everything_wrong_in_a_body_is_told_at_once(served: Caller) -> None:
    body = {
        "ratings": [{"movie": 99, "value": 0}, 5, {"movie": 11, "value": 8}, {"movie": 11, "value": 12}],
        "limit": "x",
    }
    faults = refusal(served.post("recommendations", body), 422, "bad_body")["errors"]
    assert {fault["pointer"] for fault in faults} == {
        "/limit",
        "/ratings/0/value",
        "/ratings/0/movie",
        "/ratings/1",
        "/ratings/3/value",
        "/ratings/3/movie",
    }
    many = {"ratings": [{"movie": 99 + n, "value": 0} for n in range(400)]}
    assert len(refusal(served.post("recommendations", many), 422, "bad_body")["errors"]) == 20


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[" * 60_000,
        '{"ratings": NaN}',
        '{"ratings": [{"movie": 11, "value": Infinity}]}',
        '{"ratings": [], "ratings": []}',
        '{"limit": ' + "9" * 5000 + "}",
        b'{"ratings": "\xff"}',
        "ratings=11",
    ],
)
def test_what_is_no_json_is_refused_as_such(served: Caller, body: Any) -> None:
    refusal(served.post("recommendations", body), 400, "bad_request")


def test_bodies_that_are_too_large_or_of_another_kind(served: Caller) -> None:
    refusal(served.post("recommendations", '{"ratings": [' + " " * 70_000 + "]}"), 413, "too_large")
    refusal(served.post("recommendations", json.dumps({"ratings": BOTH}), kind="text/xml"), 415, "media_type")
    refusal(served.post("recommendations", "a=1", kind="application/x-www-form-urlencoded"), 415, "media_type")


def test_who_may_ask(served: Caller) -> None:
    client = Client(raise_request_exception=False)
    body = json.dumps({"ratings": BOTH})
    refusal(client.post("/api/v1/recommendations", body, content_type="application/json"), 401, "key_missing")
    refusal(Caller("charts:read").post("recommendations", {"ratings": BOTH}), 403, "scope_missing")
    assert Caller("catalog:read").post("recommendations", {"ratings": BOTH}).status_code == 200
    refusal(served.post("recommendations?limit=5", {"ratings": BOTH}), 400, "unknown_parameter")
    refused = served.get("recommendations")
    refusal(refused, 405, "method_not_allowed")
    assert refused["Allow"] == "POST"


# --- films near one another --------------------------------------------------------------------------------------
def test_similar_films_with_their_weights(served: Caller) -> None:
    body = served.get("movies/11/similar").json()
    assert (body["movie"], body["version"], body["lack"]) == (11, "recommender v1", None)
    assert [(film["id"], film["weight"]) for film in body["data"]] == [
        (12, round(0.5 * 2**24)),
        (13, round(0.4 * 2**24)),
        (14, round(0.3 * 2**24)),
    ]
    assert len(served.get("movies/11/similar", limit=2).json()["data"]) == 2


def test_similar_films_of_films_that_have_none(served: Caller) -> None:
    new = make.make_movie(id=1000)
    body = served.get(f"movies/{new.pk}/similar").json()
    assert (body["data"], body["lack"]) == ([], "unknown_to_version")
    refusal(served.get("movies/999/similar"), 404, "not_found")
    refusal(served.get("movies/11/similar", limit=51), 400, "bad_parameter")
    promotion.roll_back(recipe_key="recommender", reason="a look back", by=make_approver(), at=NOON)
    assert served.get("movies/11/similar").json()["lack"] == "nothing_served"
