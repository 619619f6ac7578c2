"""A stranger rates before joining: in their session alone, by a post alone, and theirs once they have an account."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from catalog.models import Movie, Rating, Tally, User
from catalog.services import guests
from catalog.views import asking
from tests.catalog.learned import serve, small_model
from tests.catalog.page_words import text
from tests.catalog.test_for_you import listed, reel
from tests.factories.catalog import PASSWORD, make_member_rating, make_user, small_catalogue
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
JOINING = {"username": "ida", "password1": PASSWORD, "password2": PASSWORD}


def give(client: Client, *given: tuple[Movie, int]) -> Any:
    """Rate films one after the other; the last answer."""
    for film, value in given:
        answer = client.post("/for-you/rate", {"film": film.pk, "value": value}, follow=True)
    return answer


def test_a_strangers_list_is_there_from_the_first_film_they_like(films: list[Movie], client: Client) -> None:
    serve(small_model(films))

    page = give(client, (films[0], 9))

    assert listed(page) == reel(2, 3, 4)
    words = text(page)
    assert "1 of 5" in words
    assert "Unless you join or sign in they are gone after 14 days" in words
    assert page.context["starters"][0].title == "The Reel Number 2"
    assert not Rating.objects.exists()
    assert sum(Tally.objects.values_list("votes", flat=True)) == sum(200_000 - 1_000 * place for place in range(12))


def test_with_five_the_list_stands_alone_and_every_film_has_its_receipt(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    page = give(client, (films[0], 9), *((film, 5) for film in films[7:11]))
    assert "This list is yours" in text(page)
    assert "starters" not in page.context
    receipt = client.get(f"/for-you/why/{films[1].pk}")
    assert receipt.context["pick"].score == sum(cause.weight for cause in receipt.context["pick"].because)


def test_looking_leaves_nothing_in_a_session(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    for address in ("/for-you", "/vs", "/", f"/for-you/why/{films[1].pk}", films[0].get_absolute_url()):
        client.get(address)
    assert not Session.objects.exists()


def test_a_stranger_takes_a_rating_back_and_forgets_all(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    give(client, (films[0], 9), (films[1], 8))
    back = client.post("/for-you/rate", {"film": films[1].pk, "withdraw": 1}, follow=True)
    assert listed(back) == reel(2, 3, 4)
    assert "Undo: give it 8 again" in text(back)
    assert "Rate 5 films, and the list is yours" in text(client.post("/for-you/forget", follow=True))


@pytest.mark.parametrize("value", ["", "0", "11", "x"])
def test_a_strangers_rating_is_checked_as_a_members_is(films: list[Movie], client: Client, value: str) -> None:
    answer = client.post("/for-you/rate", {"film": films[0].pk, "value": value}, headers={"HX-Request": "true"})
    assert (answer.status_code, "A rating is a whole number from 1 to 10." in text(answer)) == (422, True)


def test_a_session_holds_no_more_than_it_says(films: list[Movie], client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(asking, "MOST", 2)
    assert "as many ratings as wait here" in text(give(client, (films[0], 9), (films[1], 9), (films[2], 9)))
    assert "as many ratings" not in text(give(client, (films[1], 3)))  # one that is there may change


def test_who_joins_keeps_what_they_rated(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    give(client, (films[0], 9), (films[1], 8))

    page = client.post("/accounts/signup/?next=/for-you", JOINING, follow=True)

    assert "2 ratings you gave before are yours now" in text(page)
    assert listed(page) == reel(4, 3)
    assert dict(Rating.objects.values_list("movie_id", "value")) == {films[0].pk: 9, films[1].pk: 8}
    assert Tally.objects.get(movie=films[0]).votes == 200_001
    assert asking.KEY not in client.session


def test_an_accounts_own_value_stays(films: list[Movie], client: Client) -> None:
    user = make_user("ida")
    make_member_rating(films[0], by=user, value=3)
    give(client, (films[0], 9), (films[1], 8))

    page = client.post("/accounts/login/", {"login": "ida", "password": PASSWORD}, follow=True)

    assert "1 rating you gave before is yours now. 1 film you had rated already: your own value stays." in text(page)
    assert dict(Rating.objects.values_list("movie_id", "value")) == {films[0].pk: 3, films[1].pk: 8}


def test_a_film_that_went_in_between_is_left_out(films: list[Movie]) -> None:
    kept = guests.keep(given={films[0].pk: 9, 10**9: 8}, by=make_user(), at=NOON + timedelta(days=1))
    assert (kept.new, kept.own) == (1, 0)


def test_who_leaves_without_joining_left_nothing(films: list[Movie], client: Client, visitor: User) -> None:
    other = Client()
    give(other, (films[0], 9))
    assert not Rating.objects.exists()
    assert "You have rated nothing yet" in text(client.get("/for-you")) or "Nothing learned" in text(
        client.get("/for-you")
    )


def test_who_knows_none_of_the_films_asks_for_others(client: Client) -> None:
    serve(small_model(small_catalogue(24)))
    first = [row.title for row in client.get("/for-you").context["starters"]]
    assert first == reel(*range(1, 11))
    assert [row.title for row in client.get("/for-you?others=10").context["starters"]] == reel(*range(11, 21))
    for wrong in ("x", "²", "-1", "9" * 40, "000099999"):
        assert [row.title for row in client.get(f"/for-you?others={wrong}").context["starters"]] == first
