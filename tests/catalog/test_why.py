"""A receipt on which the ratings behind it can be changed: it is counted anew at once, and every change has a way back."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Movie, Rating, Removal, User
from catalog.selectors import recommendations as reads
from catalog.selectors import tastes
from catalog.services import ratings
from tests.catalog.learned import serve, small_model
from tests.catalog.page_words import text
from tests.factories.catalog import make_member_rating, make_movie, make_user, small_catalogue
from tests.factories.keeping import make_removal
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def fan(films: list[Movie], visitor: User) -> User:
    """Somebody who likes the first two films; the fourth is lifted by both, the third by the first alone."""
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    make_member_rating(films[1], by=visitor, value=8)
    return visitor


def change(client: Client, film: Movie, cause: Movie, **sent: Any) -> Any:
    return client.post(f"/for-you/why/{film.pk}/rate", {"film": cause.pk, **sent}, headers=HTMX)


def undone(client: Client, answer: Any, given: Rating) -> Any:
    """Press the answer's way back: it leads to the receipt, and the rating is what it was, its own time included."""
    way, back = answer.context["notice"]["removal"], f"/for-you/why/{answer.context['film'].pk}"
    assert f'action="/me/undo/{way}"' in answer.content.decode()
    page = client.post(f"/me/undo/{way}", {"next": back}, follow=True)
    assert page.redirect_chain[0][0] == back
    rating = Rating.objects.get(movie=given.movie_id)
    assert (rating.value, rating.rated_at) == (given.value, given.rated_at)
    return page


def test_it_says_without_which_rating_the_film_falls(films: list[Movie], fan: User, client: Client) -> None:
    assert "Without The Reel Number 2 it falls from No. 1 to No. 3." in text(client.get(f"/for-you/why/{films[3].pk}"))
    words = text(client.get(f"/for-you/why/{films[2].pk}"))
    assert "Without The Reel Number 1 nothing speaks for it, and it leaves your list." in words
    assert "without it: from No. 2 up to No. 1" not in words


def test_a_rating_changed_there_counts_the_receipt_anew(films: list[Movie], fan: User, client: Client) -> None:
    given = Rating.objects.get(movie=films[1])
    answer = change(client, films[3], films[1], value=5)

    pick = answer.context["pick"]
    assert ([cause.film for cause in pick.because], pick.score, pick.rank) == ([films[0]], pick.because[0].weight, 2)
    assert Rating.objects.get(movie=films[1]).value == 5

    back = undone(client, answer, given)
    assert (back.context["pick"].rank, len(back.context["pick"].because)) == (1, 2)


def test_a_rating_taken_back_there_has_a_way_back(films: list[Movie], fan: User, client: Client) -> None:
    given = Rating.objects.get(movie=films[0])
    gone = change(client, films[2], films[0], withdraw=1)
    assert "No receipt for this film" in text(gone)
    assert undone(client, gone, given).context["pick"].rank == 2


def test_without_scripts_the_same_act_leads_back_to_the_receipt(films: list[Movie], fan: User, client: Client) -> None:
    page = client.post(f"/for-you/why/{films[3].pk}/rate", {"film": films[1].pk, "value": 5}, follow=True)
    way = Removal.objects.get()
    assert page.redirect_chain[0][0] == f"/for-you/why/{films[3].pk}?rated={films[1].pk}&removal={way.pk}"
    assert f'action="/me/undo/{way.pk}"' in page.content.decode()
    refused = client.post(f"/for-you/why/{films[3].pk}/rate", {"film": films[1].pk, "value": 11}, follow=True)
    assert "A rating is a whole number from 1 to 10." in text(refused)


def test_an_address_alone_proves_no_change(films: list[Movie], fan: User, client: Client) -> None:
    others = make_removal(make_user())
    got = client.get(f"/for-you/why/{films[3].pk}?rated={films[0].pk}&removal={others.pk}")
    assert got.context["notice"]["removal"] is None
    for query in (f"rated={films[7].pk}", f"withdrawn={films[0].pk}&was=99", "rated=²", f"rated={'9' * 40}"):
        assert client.get(f"/for-you/why/{films[3].pk}?{query}").context["notice"] is None


def test_places_close_up_over_films_that_are_gone(client: Client, visitor: User) -> None:
    films = [*small_catalogue(6), make_movie(), make_movie()]
    serve(small_model(films, {(0, 6): 0.9, (1, 7): 0.9, (0, 1): 0.5, (0, 2): 0.4, (0, 3): 0.3, (4, 3): 0.3}))
    for place in (0, 4):
        make_member_rating(films[place], by=visitor, value=9)
    Movie.objects.filter(pk=films[6].pk).delete()
    taste = tastes.of_member(visitor)
    listed = {pick.film.pk: pick.rank for pick in reads.picks(taste).picks}

    page = client.get(f"/for-you/why/{films[3].pk}")
    foretold = {line["cause"].film: line["without"].rank for line in page.context["told"]}

    assert page.context["pick"].rank == listed[films[3].pk] == 1
    ratings.withdraw_rating(movie_id=films[4].pk, by=visitor, at=NOON)
    assert reads.picks(tastes.of_member(visitor)).picks[2].rank == foretold[films[4]] == 3


def test_a_receipt_of_nobody_says_how_to_get_one(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    assert "There is no rating of yours yet" in text(client.get(f"/for-you/why/{films[3].pk}"))
