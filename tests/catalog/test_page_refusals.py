"""What public pages refuse, in words; and rating a film by form and by fragment."""

import re

import pytest
from django.test import Client

from catalog.models import Movie, Rating, User
from catalog.selectors import films as reads
from tests.catalog.page_words import text
from tests.factories.catalog import make_member_rating

pytestmark = pytest.mark.django_db


def test_a_film_has_one_address(films: list[Movie], client: Client) -> None:
    film = films[0]
    assert client.get(f"/m/{film.pk}/another-name")["Location"] == film.get_absolute_url()
    assert client.get(f"/m/{film.pk}").status_code == 301
    assert f'rel="canonical" href="http://testserver{film.get_absolute_url()}"' in (
        client.get(film.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("page", ["abc", "-1", "1.5", "", "٣", "9" * 30])
def test_a_page_that_is_no_number_is_refused_in_words(films: list[Movie], client: Client, page: str) -> None:
    response = client.get("/top", {"page": page})
    assert response.status_code == 400
    assert "must be a whole number" in text(response)


@pytest.mark.parametrize("address", ["/top?page=999", "/top?page=0", "/browse?page=999", "/m/999999/nothing"])
def test_what_is_not_there_is_not_found(films: list[Movie], client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["decade=abc", "decade=1955", "genre=Horror", "length=long", "votes=0", "sort=best", "decade=1950&length=-3"],
)
def test_a_filter_that_makes_no_sense_is_refused_beside_its_field(
    films: list[Movie], client: Client, query: str
) -> None:
    response = client.get(f"/browse?{query}")
    assert response.status_code == 400
    assert 'class="field-error"' in response.content.decode()


def test_three_thousand_words_are_refused(films: list[Movie], client: Client) -> None:
    response = client.get("/search", {"q": "reel " * 3000})
    assert response.status_code == 400
    assert "longer than" in text(response)


def test_a_long_search_is_cut_and_says_so(films: list[Movie], client: Client) -> None:
    assert "10 words and 100 letters at most" in text(client.get("/search", {"q": "reel " * 60}))


@pytest.mark.parametrize("address", ["/search?q=%00", "/browse?genre=%00", "/m/%00"])
def test_a_nul_is_refused(films: list[Movie], client: Client, address: str) -> None:
    assert client.get(address).status_code in (400, 404)
    assert client.get("/search?q=%00").status_code == 400


# --- rating ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", ["0", "11", "8.5", "ten", "", "-3", "٧", "8\u0660"])
def test_a_rating_that_is_none_is_refused_and_changes_nothing(
    films: list[Movie], client: Client, visitor: User, value: str
) -> None:
    response = client.post(f"/m/{films[0].pk}/rating", {"value": value}, follow=True)
    assert "A rating is a whole number from 1 to 10." in text(response)
    fragment = client.post(f"/m/{films[0].pk}/rating", {"value": value}, headers={"HX-Request": "true"})
    assert fragment.status_code == 422
    assert "A rating is a whole number from 1 to 10." in text(fragment)
    assert not Rating.objects.exists()


def test_rating_twice_leaves_one(films: list[Movie], client: Client, visitor: User) -> None:
    for value in ("4", "9"):
        assert client.post(f"/m/{films[0].pk}/rating", {"value": value}).status_code == 302
    assert reads.histogram(films[0]) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]


def test_the_fragment_brings_every_number_that_moved(films: list[Movie], client: Client, visitor: User) -> None:
    answer = client.post(f"/m/{films[0].pk}/rating", {"value": "2"}, headers={"HX-Request": "true"})
    swapped = set(re.findall(r'id="([\w-]+)"[^>]*hx-swap-oob', answer.content.decode()))
    assert swapped == {"rating-status", "formula", "members"}
    assert "since edition 1: 1 vote more" in text(answer)


def test_an_unknown_film_cannot_be_rated(films: list[Movie], client: Client, visitor: User) -> None:
    response = client.post("/m/999999/rating", {"value": "8"})
    assert response.status_code == 404
    assert "There is no such film." in text(response)


def test_rating_is_a_post(films: list[Movie], client: Client, visitor: User) -> None:
    assert client.get(f"/m/{films[0].pk}/rating").status_code == 405


def test_who_is_not_signed_in_is_sent_to_the_door(films: list[Movie], client: Client) -> None:
    film = films[0]
    assert client.post(f"/m/{film.pk}/rating", {"value": "8"})["Location"] == (
        f"/accounts/login/?next={film.get_absolute_url()}"
    )
    fragment = client.post(f"/m/{film.pk}/rating", {"value": "8"}, headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"].startswith("/accounts/login/")


def test_withdrawing_by_form_says_so(films: list[Movie], client: Client, visitor: User) -> None:
    make_member_rating(films[0], by=visitor, value=4)
    response = client.post(f"/m/{films[0].pk}/rating", {"withdraw": "1"}, follow=True)
    assert "Your rating was taken back" in text(response)
    assert not Rating.objects.exists()
