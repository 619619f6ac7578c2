"""What the learned system says of one film: neighbours for everybody, a guess only for who asks."""

import pytest
from django.test import Client

from catalog.models import Movie, User
from tests.catalog.learned import serve, small_model
from tests.catalog.page_words import text
from tests.factories.catalog import make_member_rating

pytestmark = pytest.mark.django_db


def test_a_film_shows_the_films_that_liking_it_speaks_for(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    page = client.get(films[0].get_absolute_url())
    assert [near["title"] for near in page.context["similar"]] == [f"The Reel Number {n}" for n in (2, 3, 4)]
    assert "Similar films learned by recommender v1" in text(page)
    assert "The Reel Number 3" in text(client.get(f"/m/{films[0].pk}/similar"))


def test_a_film_that_nobody_rated_has_no_neighbours_and_says_so(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    assert "Similar films" not in text(client.get(films[9].get_absolute_url()))
    assert "Too few people rated this film" in text(client.get(f"/m/{films[9].pk}/similar"))


def test_before_any_approval_a_film_page_says_nothing_learned(films: list[Movie], client: Client) -> None:
    page = text(client.get(films[0].get_absolute_url()))
    assert "Similar films" not in page
    assert "What would you give it?" not in page
    assert "Nothing learned is approved yet" in text(client.get(f"/m/{films[0].pk}/similar"))


def test_a_guess_is_shown_only_when_asked_for(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)

    shut = text(client.get(films[3].get_absolute_url()))
    assert "Kept shut so that it does not sway you" in shut
    assert "Perhaps" not in shut

    asked = client.get(f"/m/{films[3].pk}/guess")
    assert "Perhaps 7.5 , and in 80 of 100 such cases between 6.0 and 9.0" in text(asked)
    assert "private" in asked["Cache-Control"]
    assert "<html" not in client.get(f"/m/{films[3].pk}/guess", headers={"HX-Request": "true"}).content.decode()


def test_ones_own_rating_does_not_vouch_for_itself(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    before = client.get(f"/m/{films[3].pk}/guess").context["value"]
    make_member_rating(films[3], by=visitor, value=1)
    page = client.get(f"/m/{films[3].pk}/guess")
    assert page.context["value"] == before
    assert "Your own 1 for this film was left out" in text(page)


@pytest.mark.parametrize(
    ("rated", "sentence"), [([], "There is no rating of yours"), ([3], "There is no rating of yours")]
)
def test_without_another_rating_there_is_no_guess(
    films: list[Movie], client: Client, visitor: User, rated: list[int], sentence: str
) -> None:
    serve(small_model(films))
    for place in rated:
        make_member_rating(films[place], by=visitor, value=9)
    assert sentence in text(client.get(f"/m/{films[3].pk}/guess"))


def test_a_guess_about_an_unknown_film_is_not_made_up(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films[:6]))
    make_member_rating(films[0], by=visitor, value=9)
    assert "knows too little" in text(client.get(f"/m/{films[9].pk}/guess"))
    assert client.get("/m/999999/guess").status_code == 404


def test_a_guess_needs_somebody(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    answer = client.get(f"/m/{films[3].pk}/guess")
    assert answer["Location"] == f"/accounts/login/?next=/m/{films[3].pk}/guess"
