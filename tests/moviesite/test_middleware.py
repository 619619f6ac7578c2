"""An address that no page could mean is refused before any page is asked."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PAGES = ("/", "/search", "/top", "/no-such-page", "/admin/", "/healthz")
WRONG = {
    "a NUL": "q=a%00b",
    "a bell": "q=%07",
    "an escape": "q=%1b[2J",
    "bytes that are no text": "q=%ff%fe",
    "half a surrogate pair": "q=%ed%a0%80",
    "a NUL as a name": "%00=1",
    "3,000 words": "q=" + "+".join(["film"] * 3000),
    "101 parameters": "&".join(f"a{i}=1" for i in range(101)),
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("query", WRONG.values(), ids=WRONG.keys())
def test_a_page_answers_400_in_words(client: Client, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")
    assert "The query" in answer.content.decode() or "The address" in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/movies", "/api/v1/charts/top", "/api/v1/no-such-thing"])
@pytest.mark.parametrize("query", WRONG.values(), ids=WRONG.keys())
def test_the_api_answers_400_as_a_problem(client: Client, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert json.loads(answer.content)["status"] == 400


@pytest.mark.parametrize("path", ["/%00", "/m/1/a%00b", "/search%0b", "/m/1%1f/x", "/api/v1/movies/%00"])
def test_a_control_character_in_the_path_is_refused(client: Client, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    "query", ["q=two%0Alines", "q=tab%09here", "q=%E6%9D%B1%E4%BA%AC", "q=%F0%9F%8E%9E", "q=", "q"]
)
def test_what_people_paste_is_not_refused(client: Client, query: str) -> None:
    assert client.get(f"/no-such-page?{query}").status_code == 404


def test_every_answer_carries_an_id_of_its_own(client: Client) -> None:
    ids = {client.get(path)["X-Request-Id"] for path in ("/healthz", "/no-such-page", "/no-such-page?q=%00")}
    assert len(ids) == 3
    assert all(len(identity) == 32 for identity in ids)


def test_scripts_are_strict_but_for_the_admin(client: Client) -> None:
    page, admin = client.get("/no-such-page"), client.get("/admin/login/")
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "'unsafe-eval'" in admin["Content-Security-Policy"]
    assert "unsafe" not in client.get("/administration")["Content-Security-Policy"]
