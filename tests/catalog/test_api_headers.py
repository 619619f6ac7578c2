"""Conditional answers, and how often a key may ask."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils.http import http_date

from catalog.api.throttles import count
from catalog.models import Movie
from tests.catalog.api_calls import Caller, five_films, next_edition, refusal
from tests.factories.mlops import NOON

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
)


@pytest.fixture
def api() -> Caller:
    return Caller()


@pytest.fixture
def remembering(settings: Any) -> None:
    """A cache that is there, in this process."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


def limited_to(settings: Any, limit: int) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"key": f"{limit}/minute"}}


# --- the same again ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", EVERY)
def test_what_one_has_already_is_not_sent_again(api: Caller, address: str) -> None:
    five_films()
    first, again = api.get(address), api.get(address)
    assert first["ETag"].startswith('"')
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


# --- how often ---------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("remembering")
def test_a_key_has_so_many_requests_a_minute_and_sees_what_is_left(api: Caller, settings: Any) -> None:
    five_films()
    limited_to(settings, 2)
    first = api.get("movies")
    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"]) == ("2", "1")
    assert first["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert first["RateLimit"].startswith('"minute";r=1;t=')
    assert api.get("movies").status_code == 200
    refused = api.get("charts/top")
    refusal(refused, 429, "rate_limited")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["X-RateLimit-Remaining"] == "0"
    assert Caller().get("movies").status_code == 200, "another key has its own"


@pytest.mark.usefixtures("remembering")
@pytest.mark.parametrize("address", ["movies", "movies/12"])
def test_an_answer_304_is_free(api: Caller, settings: Any, address: str) -> None:
    five_films()
    limited_to(settings, 2)
    mark = api.get(address)["ETag"]
    for _ in range(5):
        answer = api.get(address, {"If-None-Match": mark})
        assert (answer.status_code, answer["X-RateLimit-Remaining"]) == (304, "1")


def test_without_a_cache_everyone_may_pass(api: Caller, settings: Any) -> None:
    five_films()
    limited_to(settings, 1)
    for _ in range(3):
        response = api.get("movies")
        assert response.status_code == 200
        assert not response.has_header("RateLimit")


@pytest.mark.usefixtures("valkey")
def test_no_request_is_lost_when_many_come_at_once() -> None:
    now = 1_780_000_000.0
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: count(1, 1000, now), range(400)))
    assert sorted(allowance.used for allowance in counted if allowance) == list(range(1, 401))
    later = count(1, 1000, now + 60)
    assert later is not None
    assert later.used == 1, "each minute begins anew"
