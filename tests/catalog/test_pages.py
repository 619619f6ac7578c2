"""Public pages as a client without a browser sees them: what they say, what they refuse, and what they cost."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from catalog.models import ChartEdition, Movie, User
from tests.catalog.page_words import text
from tests.factories.catalog import (
    make_edition,
    make_imported_votes,
    make_licence,
    make_member_rating,
    make_movie,
    make_source,
    small_catalogue,
)
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db

FIXED = ["/", "/top", "/top/1950s", "/top/drama", "/top/1950s/drama", "/browse", "/search", "/search?q=reel", "/how"]
FIXED += ["/data", "/editions", "/editions/1", "/editions/1.json", "/editions/1/artefact.ndjson", "/verify_edition.py"]
FIXED += ["/accounts/login/", "/accounts/signup/", "/healthz"]


# --- every page --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", FIXED)
def test_every_page_answers(films: list[Movie], client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/", "/top", "/browse", "/search?q=a", "/how", "/data", "/editions"])
def test_pages_stand_before_the_first_edition(client: Client, address: str) -> None:
    make_licence(make_movie("Unprinted"))
    assert client.get(address).status_code == 200


def test_a_film_and_its_receipt_stand_before_the_first_edition(client: Client) -> None:
    film = make_movie("Unprinted")
    assert "has not been printed yet" in text(client.get(film.get_absolute_url()))
    assert "No receipt yet" in text(client.get(f"/m/{film.pk}/rank"))


@pytest.mark.parametrize("address", ["/", "/top", "/how", "/editions/1", "/accounts/login/", "/nothing", "/top?page=x"])
def test_no_page_has_an_inline_style_and_each_has_a_policy(films: list[Movie], client: Client, address: str) -> None:
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert " style=" not in response.content.decode()
    assert "<style" not in response.content.decode()


@pytest.mark.parametrize(
    ("address", "most"),
    [("/", 14), ("/top", 10), ("/browse", 12), ("/search?q=reel", 6), ("/how", 8), ("/editions/1", 9)],
)
def test_lists_cost_a_fixed_number_of_queries(
    client: Client, django_assert_max_num_queries: Any, address: str, most: int
) -> None:
    small_catalogue(60)
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200


def test_a_film_page_costs_a_fixed_number_of_queries(
    films: list[Movie], client: Client, visitor: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        make_member_rating(films[0])
    with django_assert_max_num_queries(17):
        client.get(films[0].get_absolute_url())


# --- what they say -----------------------------------------------------------------------------------------------
def test_the_home_says_how_many_films_play_here_and_that_nothing_is_learned(films: list[Movie], client: Client) -> None:
    page = text(client.get("/"))
    assert "12 films from the first century of cinema" in page
    assert "12 of them can be watched in your country today" in page
    assert "drawn by lot for the day" in page
    assert "nothing learned is shown to anybody" in page


def test_another_country_counts_its_own_films(films: list[Movie], client: Client) -> None:
    make_licence(films[0], territory="FR")
    client.post("/territory", {"territory": "FR", "next": "/"})
    assert "1 of them can be watched in your country today" in text(client.get("/"))


def test_a_filtered_chart_keeps_global_ranks_and_says_so(films: list[Movie], client: Client) -> None:
    page = client.get("/top/documentary")
    assert re.findall(r'class="chart-rank">(\d+)<', page.content.decode()) == ["4", "10"]
    assert "Their ranks are the global ones, out of 12" in text(page)
    assert "Ranks and C are global on every page of this chart" in text(client.get("/top"))


def test_a_film_page_shows_its_formula(films: list[Movie], client: Client) -> None:
    page = text(client.get(films[0].get_absolute_url()))
    assert "No. 1 of 12 · edition 1" in page
    assert "200,000 225,000 × 9.0 + 25,000 225,000 ×" in page
    assert "These are bands, not counts" in page
    assert "need not sum to 100" in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"starts_on": "2021-01-01", "ends_on": "2099-03-04"}, "Plays here until 4 March 2099"),
        ({"starts_on": "2099-03-04", "ends_on": "2099-12-31"}, "Comes on 4 March 2099"),
        ({"starts_on": "2001-01-01", "ends_on": "2002-03-04"}, "Ended on 4 March 2002"),
        ({"territory": "JP", "starts_on": "2001-01-01", "ends_on": "2099-03-04"}, "Not here, but elsewhere"),
    ],
)
def test_a_film_page_says_what_its_rights_are(client: Client, given: dict[str, Any], sentence: str) -> None:
    film = make_movie()
    make_licence(film, **given)
    assert sentence in text(client.get(film.get_absolute_url()))


def test_a_mean_of_members_is_shown_from_five_ratings_on(films: list[Movie], client: Client) -> None:
    for value in (9, 8, 8, 7):
        make_member_rating(films[0], value=value)
    page = client.get(films[0].get_absolute_url())
    assert "A mean is shown from 5 ratings on" in text(page)
    assert "aggregateRating" not in page.content.decode()

    make_member_rating(films[0], value=6)

    page = client.get(films[0].get_absolute_url())
    assert "mean 7.6" in text(page)
    found = json.loads(re.search(r'ld\+json"[^>]*>(.*?)</script>', page.content.decode()).group(1))  # type: ignore[union-attr]
    assert (found["@type"], found["aggregateRating"]["ratingValue"], found["aggregateRating"]["ratingCount"]) == (
        "Movie",
        "7.6",
        5,
    )


def test_a_title_cannot_break_out_of_the_structured_data(client: Client) -> None:
    film = make_movie("</script><script>alert(1)</script>")
    assert "<script>alert" not in client.get(film.get_absolute_url()).content.decode()


def test_the_receipt_shows_all_digits_and_whether_the_tie_break_was_needed(client: Client) -> None:
    source = make_source("imported")
    twins = [make_movie("Twin", year=year) for year in (1951, 1950)]
    for film in twins:
        make_imported_votes(film, votes=300, mean=7.3, source=source)
    make_imported_votes(make_movie("Other"), votes=7, mean=5.1, source=source)
    make_edition()
    page = text(client.get(f"/m/{twins[0].pk}/rank"))
    assert "No. 2 of 3" in page
    assert "It was needed here: 1 other film has this very rating" in page
    assert "0.011857707509…" in page  # 300/25300, cut and not rounded
    assert "300 / 25,300" in page
    assert "±0.05" in page


def test_the_method_says_what_it_must(films: list[Movie], client: Client) -> None:
    page = text(client.get("/how"))
    assert "MLOps is deploying models so that anyone can use them." in page
    assert "True, and not the whole of it" in page
    assert "P and R are the same number" in page
    for votes, wr in (("200", "6.5198"), ("25,000", "7.7500"), ("150,000", "8.6429")):
        assert re.search(rf"{votes} {votes}/[\d,]+ × 9.0 \+ 25,000/[\d,]+ × 6.5 [\d.]+ % {wr}", page)
    assert page.count("to be measured") == 5


def test_the_verifier_is_handed_out_as_it_is(client: Client, films: list[Movie]) -> None:
    script = client.get("/verify_edition.py")
    assert script["Content-Type"] == "text/plain; charset=utf-8"
    assert "def faults" in script.content.decode()
    assert "curl -o verify_edition.py http://testserver/verify_edition.py" in text(client.get("/editions/1"))


def test_an_edition_shows_its_moves_and_its_chain(films: list[Movie], client: Client) -> None:
    for _ in range(2):
        make_member_rating(films[11], value=10)
    Movie.objects.filter(pk=films[11].pk).update(title="Kept")
    make_imported_votes(make_movie("Newcomer"), votes=900_000, mean=10.0, source=make_source("late"))
    edition = make_edition(NOON.replace(hour=13))
    page = text(client.get("/editions/2"))
    assert edition.previous_chain in page
    assert "▼ down 1" in page


def test_an_edition_let_go_by_age_answers_gone(films: list[Movie], client: Client) -> None:
    ChartEdition.objects.update(thinned_at=NOON)
    assert client.get("/editions/1").status_code == 200
    response = client.get("/editions/1/artefact.ndjson")
    assert response.status_code == 410
    assert "let go by age" in text(response)


def test_an_empty_search_gives_advice(films: list[Movie], client: Client) -> None:
    page = text(client.get("/search?q=metropolis"))
    assert "We looked through 12 titles, and for what is spelt nearly so. What to try" in page
    assert "every word must be in it" in page


def test_an_empty_filter_says_what_to_take_away(films: list[Movie], client: Client) -> None:
    assert "No film fits all of that" in text(client.get("/browse?genre=Animation&decade=1930"))
