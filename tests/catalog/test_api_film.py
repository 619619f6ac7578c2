"""One film, and the receipt of its rank."""

from fractions import Fraction
from typing import Any

import pytest

from catalog.models import Standing
from tests.catalog.api_calls import Caller, five_films, refusal
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db


def fraction(ratio: dict[str, str]) -> Fraction:
    top, bottom = map(int, ratio["fraction"].split("/"))
    return Fraction(top, bottom)


def test_a_film_says_what_it_is_where_it_stands_and_on_whose_terms() -> None:
    five_films()
    body = Caller().get("movies/12").json()
    assert (body["id"], body["title"], body["genres"]) == (12, "Rear Window", ["Drama", "Romance"])
    assert (body["rank"], body["votes"], body["mean"], body["wr"]) == (1, 120_000, "8.7000", "8.410345")
    assert body["edition"] == 1
    assert body["source"]["permitted_use"] == "ANY"
    assert body["links"]["page"] == "/m/12/rear-window"


def test_the_receipt_can_be_recomputed_by_hand() -> None:
    five_films()
    body = Caller().get("movies/12/rank").json()
    v, points, m = body["v"], body["S"], body["m"]
    mean, house = Fraction(points, 10 * v), Fraction("7.02")
    assert (v, points, m) == (120_000, 10_440_000, 25_000)
    assert fraction(body["R"]) == mean == Fraction("8.7")
    assert fraction(body["C"]) == house
    assert fraction(body["own_weight"]) == Fraction(v, v + m)
    assert fraction(body["house_weight"]) == Fraction(m, v + m)
    exact = Fraction(v, v + m) * mean + Fraction(m, v + m) * house
    assert fraction(body["exact"]) == exact
    assert body["exact"]["decimal"] == body["wr"] == "8.410345"
    assert body["own_weight"] == {"fraction": "24/29", "decimal": "0.827586"}


def test_the_receipt_names_neighbours_and_the_order_of_ties() -> None:
    five_films()
    body = Caller().get("movies/11/rank").json()
    assert body["rank"] == 2
    assert [item["id"] for item in body["neighbours"]["above"]] == [12]
    assert [item["id"] for item in body["neighbours"]["below"]] == [13, 15]
    assert body["tie_break"] == {"order": ["-wr", "-votes", "year", "id"], "tied": 0}


def test_ties_are_counted() -> None:
    first, second = (make.make_movie(year=year) for year in (1950, 1940))
    for film in (first, second):
        make.make_imported_votes(film, votes=1_000, mean=7.0)
    make.make_edition()
    body = Caller().get(f"movies/{first.pk}/rank").json()
    assert (body["rank"], body["tie_break"]["tied"]) == (2, 1)
    assert body["neighbours"]["above"][0]["id"] == second.pk


@pytest.mark.parametrize("film", range(11, 16))
def test_every_receipt_agrees_with_the_edition(film: int) -> None:
    five_films()
    body = Caller().get(f"movies/{film}/rank").json()
    standing = Standing.objects.get(movie_id=film)
    units = round(fraction(body["exact"]) * 10**6)  # halves to even, as the edition
    assert (units, body["rank"]) == (standing.wr_e6, standing.rank)


def test_a_film_without_votes_has_no_receipt() -> None:
    five_films()
    api = Caller()
    assert "Unseen" in refusal(api.get("movies/16/rank"), 404, "not_charted")["detail"]
    assert api.get("movies/16").json()["rank"] is None


@pytest.mark.parametrize(
    "address",
    [
        "movies/999",
        "movies/999/rank",
        "movies/0",
        "movies/012",
        "movies/-1",
        "movies/1.5",
        "movies/1e3",
        "movies/１２",
        "movies/%00",
        "movies/" + "9" * 18,
        "movies/" + str(10**30),
        "movies/" + "9" * 5000,
        "movies/12/",
        "movies/12/votes",
        "movies/null",
        "movies/12%0A",
        "editions/99",
        "editions/2147483648",
        "editions/" + "9" * 18,
        "editions/newest",
        "nothing",
        "",
        "%E2%80%AE",
        "problems/unheard-of",
    ],
)
def test_what_is_not_there_is_a_404_in_words(address: str, db: Any) -> None:
    five_films()
    response = Caller().get(address)
    if "%00" in address:
        refusal(response, 400, "bad_request")
    else:
        refusal(response, 404, "not_found")
