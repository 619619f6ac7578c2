"""Conditional answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.http import http_date

from catalog.models import Movie
from tests.catalog.api_calls import Caller, five_films, next_edition, refusal
from tests.catalog.test_api_webhooks import patched
from tests.catalog.webhooks import listening
from tests.factories.catalog import make_rating
from tests.factories.mlops import NOON
from tests.factories.partners import make_partner_play, make_partner_rater

pytestmark = pytest.mark.django_db
EVERY = (
    "charts/top",
    "movies",
    "movies/12",
    "movies/12/rank",
    "movies/12/similar",
    "editions",
    "editions/1",
    "models",
    "models/weighted-rating/1",
    "schema",
    "problems/internal",
    "movies/lookup?title=rear+window",
    "movies?fields=title,wr",
    "movies/12?include=rights,histogram,rank_explanation",
    "charts/top?edition=1",
    "availability",
    "key",
    "status",
)


@pytest.fixture
def api() -> Caller:
    return Caller()


# --- the same again ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", EVERY)
def test_what_one_has_already_is_not_sent_again(api: Caller, address: str) -> None:
    five_films()
    first, again = api.get(address), api.get(address)
    assert first["ETag"].startswith('"')
    assert first.has_header("Last-Modified")
    assert (first["ETag"], first.content) == (again["ETag"], again.content)
    for header in (first["ETag"], f'"other", W/{first["ETag"]}', "*"):
        answer = api.get(address, {"If-None-Match": header})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == first["ETag"]
        assert answer["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert api.get(address, {"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", EVERY)
def test_nothing_is_kept_without_asking_and_never_for_others(api: Caller, address: str) -> None:
    five_films()
    response = api.get(address)
    assert response["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert "Authorization" in response["Vary"]
    assert len(response["X-Request-Id"]) == 32


@pytest.mark.parametrize("address", ["charts/top", "movies", "editions", "movies/12/rank"])
def test_a_new_edition_changes_the_mark(api: Caller, address: str) -> None:
    films = five_films()
    before = api.get(address)["ETag"]
    next_edition(films[1], value=1)
    answer = api.get(address, {"If-None-Match": before})
    assert answer.status_code == 200
    assert answer["ETag"] != before


@pytest.mark.parametrize("address", ["charts/top", "movies", "movies/12", "movies/12/rank"])
def test_a_corrected_title_changes_the_mark(api: Caller, address: str) -> None:
    five_films()
    before = api.get(address)["ETag"]
    film = Movie.objects.get(pk=12)
    film.title = "Rear Window (restored)"
    film.save()
    answer = api.get(address, {"If-None-Match": before})
    assert "restored" in answer.content.decode()


def test_every_query_has_its_own_mark(api: Caller) -> None:
    five_films()
    addresses = ["charts/top", "charts/top?limit=2", "charts/top?genre=drama", "movies", "movies?sort=title"]
    assert len({api.get(address)["ETag"] for address in addresses}) == len(addresses)


@pytest.mark.parametrize("address", ["charts/top", "movies"])
def test_a_list_costs_three_statements_and_two_when_nothing_changed(
    api: Caller, address: str, django_assert_num_queries: Any
) -> None:
    five_films()
    with django_assert_num_queries(3):  # the key, the newest edition, the films
        first = api.get(address, limit=3)
    with django_assert_num_queries(2):
        assert api.get(address, {"If-None-Match": first["ETag"]}, limit=3).status_code == 304
    with django_assert_num_queries(2):
        again = api.get(address, limit=3)
    assert again.content == first.content
    assert again.headers.keys() == first.headers.keys()
    assert again["Link"] == first["Link"]
    other = api.client.get(
        f"/api/v1/{address}?limit=3", headers={"Authorization": f"Bearer {api.plain}", "Host": "localhost"}
    )
    assert other["Link"].startswith("<http://localhost/")


@pytest.mark.parametrize("address", ["charts/top", "movies", "editions/1"])
def test_dates_work_as_marks(api: Caller, address: str) -> None:
    five_films()
    since = api.get(address)["Last-Modified"]
    assert api.get(address, {"If-Modified-Since": since}).status_code == 304
    long_ago = http_date((NOON - timedelta(days=1)).timestamp())
    assert api.get(address, {"If-Modified-Since": long_ago}).status_code == 200
    assert api.get(address, {"If-Modified-Since": "yesterday"}).status_code == 200


@pytest.mark.parametrize("address", ["users/anna/ratings", "users/anna/plays", "users/anna/recommendations"])
def test_what_is_told_of_a_viewer_is_not_sent_again(api: Caller, address: str) -> None:
    films = five_films()
    rater = make_partner_rater(api.key.partner, reference="anna")
    make_rating(films[0], rater=rater)
    make_partner_play(rater, films[1])
    first = api.get(address)
    assert first.has_header("Last-Modified")
    assert api.get(address, {"If-None-Match": first["ETag"]}).status_code == 304


def test_a_mark_is_of_whoever_was_given_it(api: Caller) -> None:
    """The bytes differ between partners: each is given cursors of its own."""
    five_films()
    api.get("movies", limit=2)
    other = Caller()
    page = other.get("movies", limit=2)
    assert page["ETag"] != api.get("movies", limit=2)["ETag"]
    assert other.get("movies", limit=2, cursor=page.json()["next_cursor"]).status_code == 200


def test_marks_of_compressed_answers_are_taken_back(api: Caller) -> None:
    """Compressed, a mark comes as a weak one; the state that it names is the same."""
    packed = {"Accept-Encoding": "gzip"}
    endpoint, _ = listening("https://93.184.215.14/", api.key)
    answer = api.get(f"webhooks/{endpoint.uid}", packed)
    assert answer["Content-Encoding"] == "gzip"
    assert answer["ETag"].startswith('W/"')
    mark = {"If-Match": answer["ETag"]}
    assert patched(api, f"webhooks/{endpoint.uid}", {"kinds": ["movie.updated"]}, **mark).status_code == 200
    refusal(
        patched(api, f"webhooks/{endpoint.uid}", {"kinds": ["chart.published"]}, **mark), 412, "precondition_failed"
    )


def test_an_edition_that_is_none_is_refused_before_its_mark_is_looked_at(api: Caller) -> None:
    five_films()
    refusal(api.get("charts/top?edition=999", {"If-None-Match": "*"}), 404, "not_found")


@pytest.mark.parametrize("address", ["charts/top", "movies/12"])
def test_a_precondition_that_fails_is_a_problem(api: Caller, address: str) -> None:
    five_films()
    refusal(api.get(address, {"If-Match": '"other"'}), 412, "precondition_failed")
    assert api.get(address, {"If-Match": api.get(address)["ETag"]}).status_code == 200


@pytest.mark.parametrize("address", EVERY)
def test_head_is_get_without_the_body(api: Caller, address: str) -> None:
    five_films()
    response = api.send("head", address)
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == api.get(address)["ETag"]
