"""What strangers see alike is rendered once, and is still each one's own page."""

import re
from typing import Any

import pytest
from django.test import Client

from catalog.models import Movie
from catalog.views.frames import Shelf, shelf
from tests.factories.catalog import make_edition, make_member_rating, make_user

pytestmark = pytest.mark.django_db
PAGES = ("/", "/top", "/top/drama", "/top?page=1")


def token(answer: Any) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode()).group(1)  # type: ignore[union-attr]


def without(answer: Any) -> str:
    return answer.content.decode().replace(token(answer), "")


@pytest.mark.parametrize("page", PAGES)
def test_the_second_stranger_gets_the_same_page_with_a_token_that_works(films: list[Movie], page: str) -> None:
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    one, two = first.get(page), second.get(page)
    assert shelf.pages
    assert without(one) == without(two)
    assert token(one) != token(two)
    given = {"territory": "FR", "next": "/", "csrfmiddlewaretoken": token(two)}
    assert first.post("/territory", given).status_code == 403
    assert second.post("/territory", given).status_code == 302
    assert second.cookies["territory"].value == "FR"


def test_a_kept_page_costs_few_queries(films: list[Movie], client: Client, django_assert_max_num_queries: Any) -> None:
    for page in PAGES:
        client.get(page)
        with django_assert_max_num_queries(8):
            client.get(page)


def test_another_country_is_another_page(films: list[Movie], client: Client) -> None:
    assert "United Kingdom · Edition" in client.get("/").content.decode()
    client.cookies["territory"] = "FR"
    assert "France · Edition" in client.get("/").content.decode()


def test_the_next_edition_and_an_edited_film_are_seen_at_once(films: list[Movie], client: Client) -> None:
    client.get("/top")
    for _ in range(3):
        make_member_rating(films[5], value=1)
    make_edition()
    assert "/editions/2" in client.get("/top").content.decode()
    films[0].title = "A Title Nobody Has Read"
    films[0].save()
    assert "A Title Nobody Has Read" in client.get("/top").content.decode()


def test_who_is_signed_in_never_gets_a_strangers_page_nor_gives_one(films: list[Movie], client: Client) -> None:
    member = Client()
    member.force_login(make_user("zoe"), backend="django.contrib.auth.backends.ModelBackend")
    for page in PAGES:
        assert "zoe" in member.get(page).content.decode()
        assert "zoe" not in client.get(page).content.decode()
        assert "zoe" in member.get(page).content.decode()


def test_what_is_kept_of_a_frame_is_of_its_page_and_of_its_language(films: list[Movie]) -> None:
    member = Client()
    member.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    for _ in range(2):
        for language, words, ways in (
            ("en-gb", "How it works", "Leaving soon"),
            ("de", "So geht’s", "Bald nicht mehr da"),
        ):
            for page in ("/how", "/top", "/me/lists", "/me/diary"):
                shown = member.get(page, headers={"Accept-Language": language}).content.decode()
                assert words in shown
                assert ways in shown
                assert re.findall(r'href="([^"]+)" aria-current="page"', shown)[0] == page


def test_a_question_and_a_fragment_are_not_kept(films: list[Movie], client: Client) -> None:
    client.get("/top?anything=1")
    client.get("/top", headers={"HX-Request": "true"})
    client.get("/top?page=99")
    assert not shelf.pages


@pytest.mark.parametrize("page", ["/", "/top", "/how"])
def test_a_page_that_is_as_it_was_is_not_sent_again(films: list[Movie], client: Client, page: str) -> None:
    first = client.get(page)
    again = client.get(page, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    client.cookies["territory"] = "FR"
    assert client.get(page, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_page_longest_not_asked_for_goes_first() -> None:
    kept = Shelf(100)
    for name in "abc":
        kept.put(name, b"x" * 40, "text/html")
        kept.get("a")
    assert (list(kept.pages), kept.taken) == (["c", "a"], 80)
    kept.put("a", b"x" * 10, "text/html")
    assert kept.taken == 50
    kept.put("whale", b"x" * 101, "text/html")
    assert (list(kept.pages), kept.taken) == ([], 0)
