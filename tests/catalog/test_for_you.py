"""The learned list as its visitor meets it: why each film is there, how it changes, and what is said when there is none."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Hidden, Movie, Rating, Removal, User
from mlops import store
from tests.catalog.learned import serve, small_model
from tests.catalog.page_words import text
from tests.factories.catalog import make_member_rating, make_movie, make_user, small_catalogue

pytestmark = pytest.mark.django_db


def listed(page: Any) -> list[str]:
    """The titles of a page's list, in order."""
    return [pick.row.title for pick in page.context["picks"]]


def reel(*numbers: int) -> list[str]:
    return [f"The Reel Number {number}" for number in numbers]


# --- the list ----------------------------------------------------------------------------------------------------
def test_each_film_names_the_ratings_that_caused_it(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    make_member_rating(films[1], by=visitor, value=8)

    page = client.get("/for-you")

    assert listed(page) == reel(4, 3)
    words = text(page)
    assert "because you gave The Reel Number 2 8 and The Reel Number 1 9" in words
    assert "57 %" in words
    assert "43 %" in words
    assert "recommender v1" in words
    assert "/models/recommender/1" in page.content.decode()


def test_a_film_that_a_rating_speaks_against_says_so(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    make_member_rating(films[1], by=visitor, value=8)
    found = {pick.row.title: [cause.share for cause in pick.named] for pick in client.get("/for-you").context["picks"]}
    assert found == {"The Reel Number 4": [57, 43], "The Reel Number 3": [200, -100]}


def test_a_new_rating_changes_the_list_in_its_own_request(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    assert listed(client.get("/for-you")) == reel(2, 3, 4)

    answer = client.post("/for-you/rate", {"film": films[1].pk, "value": 8}, headers={"HX-Request": "true"})

    assert listed(answer) == reel(4, 3)
    assert "You gave The Reel Number 2 8" in text(answer)
    assert [(pick.moved, pick.new) for pick in answer.context["picks"]] == [(2, False), (0, False)]

    back = client.post("/for-you/rate", {"film": films[1].pk, "withdraw": 1}, headers={"HX-Request": "true"})
    assert listed(back) == reel(2, 3, 4)


def test_a_rating_changed_or_taken_back_is_had_again_with_its_own_time(
    films: list[Movie], client: Client, visitor: User
) -> None:
    serve(small_model(films))
    given = make_member_rating(films[0], by=visitor, value=9)
    for act in ({"value": 2}, {"withdraw": 1}):
        page = client.post("/for-you/rate", {"film": films[0].pk, **act}, follow=True)
        way = Removal.objects.get()
        assert f'action="/me/undo/{way.pk}"' in page.content.decode()
        client.post(f"/me/undo/{way.pk}", {"next": "/for-you"})
        rating = Rating.objects.get()
        assert (rating.value, rating.rated_at) == (9, given.rated_at)


def test_a_low_rating_only_keeps_its_film_off(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    make_member_rating(films[1], by=visitor, value=6)
    assert listed(client.get("/for-you")) == reel(3, 4)


def test_without_scripts_the_same_act_leads_back_to_the_list(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    answer = client.post("/for-you/rate", {"film": films[1].pk, "value": 8}, follow=True)
    assert answer.redirect_chain[0][0] == f"/for-you?rated={films[1].pk}#list"
    assert "You gave The Reel Number 2 8" in text(answer)


@pytest.mark.parametrize("value", ["", "0", "11", "x", "8.5"])
def test_a_rating_that_is_none_is_refused_in_words(
    films: list[Movie], client: Client, visitor: User, value: str
) -> None:
    answer = client.post("/for-you/rate", {"film": films[0].pk, "value": value}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "A rating is a whole number from 1 to 10." in text(answer)
    assert not Rating.objects.exists()


@pytest.mark.parametrize("film", ["", "x", "0", "999999999", "9" * 40, "²"])
@pytest.mark.parametrize("address", ["/for-you/rate", "/for-you/hide"])
def test_an_act_on_no_film_finds_nothing(client: Client, visitor: User, address: str, film: str) -> None:
    assert client.post(address, {"film": film, "value": "8"}).status_code == 404


def test_an_address_alone_proves_nothing(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    for query in ("rated", "hidden"):
        assert client.get(f"/for-you?{query}={films[1].pk}").context["notice"] is None
    assert client.get("/for-you?rated=²").status_code == 200


# --- put away ----------------------------------------------------------------------------------------------------
def test_what_is_put_away_leaves_the_list_until_it_is_put_back(
    films: list[Movie], client: Client, visitor: User
) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)

    answer = client.post("/for-you/hide", {"film": films[1].pk}, follow=True)

    assert listed(answer) == reel(3, 4)
    assert "The Reel Number 2 is put away" in text(answer)
    assert "Put away (1)" in text(answer)
    client.post("/for-you/hide", {"film": films[1].pk})
    assert Hidden.objects.count() == 1

    back = client.post("/for-you/hide", {"film": films[1].pk, "restore": 1}, follow=True)
    assert listed(back) == reel(2, 3, 4)
    assert "Put away" not in text(back)


def test_another_members_acts_do_not_show(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    other = make_user()
    make_member_rating(films[0], by=other, value=9)
    Hidden.objects.create(user=other, movie=films[1], hidden_at=films[0].ratings.get().rated_at)
    page = text(client.get("/for-you"))
    assert "You have rated nothing yet" in page
    assert "Put away" not in page


# --- no list -----------------------------------------------------------------------------------------------------
def test_before_any_approval_the_chart_stands_in_and_says_so(films: list[Movie], client: Client, visitor: User) -> None:
    make_member_rating(films[0], by=visitor, value=9)
    page = client.get("/for-you")
    assert "Nothing learned is approved yet" in text(page)
    assert "computed, not learned" in text(page)
    assert page.context["starters"][0].title == "The Reel Number 2"  # what is rated is not offered
    assert "1930s" in text(page)
    assert "Documentary" in text(page)


@pytest.mark.parametrize(
    ("rated", "sentence"), [({}, "You have rated nothing yet"), ({0: 6}, "Nothing you rated speaks for other films")]
)
def test_without_a_rating_that_speaks_films_to_rate_are_offered(
    films: list[Movie], client: Client, visitor: User, rated: dict[int, int], sentence: str
) -> None:
    serve(small_model(films))
    for place, value in rated.items():
        make_member_rating(films[place], by=visitor, value=value)
    page = client.get("/for-you")
    assert sentence in text(page)
    assert "/for-you/rate" in page.content.decode()


def test_a_rating_of_a_film_the_version_never_saw_speaks_for_nothing(client: Client, visitor: User) -> None:
    films = small_catalogue(12)
    serve(small_model(films[:6]))
    make_member_rating(films[11], by=visitor, value=10)
    assert "Nothing you rated speaks for other films" in text(client.get("/for-you"))


def test_when_all_it_speaks_for_is_rated_nothing_is_left(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films, {(0, 1): 0.5}))
    make_member_rating(films[0], by=visitor, value=9)
    make_member_rating(films[1], by=visitor, value=1)
    assert "There is nothing left to recommend" in text(client.get("/for-you"))


def test_a_version_that_cannot_be_read_is_called_so(films: list[Movie], client: Client, visitor: User) -> None:
    version = serve(small_model(films))
    store.remove(version.artefact_digest)
    make_member_rating(films[0], by=visitor, value=9)
    assert "The learned version cannot be read" in text(client.get("/for-you"))
    assert client.get(films[0].get_absolute_url()).status_code == 200
    assert client.get("/").status_code == 200


def test_who_is_not_signed_in_is_asked_to_and_led_back(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    assert "Rate 5 films, and the list is yours" in text(client.get("/for-you"))
    answer = client.post("/for-you/hide", {"film": films[0].pk})
    assert answer["Location"] == "/accounts/login/?next=/for-you"


def test_a_film_that_is_gone_leaves_no_gap(client: Client, visitor: User) -> None:
    films = [*small_catalogue(6), make_movie()]
    serve(small_model(films, {(0, 6): 0.9, (0, 1): 0.5, (0, 2): 0.4}))
    make_member_rating(films[0], by=visitor, value=9)
    Movie.objects.filter(pk=films[6].pk).delete()
    page = client.get("/for-you")
    assert [(pick.pick.rank, pick.row.title) for pick in page.context["picks"]] == [
        (1, "The Reel Number 2"),
        (2, "The Reel Number 3"),
    ]


# --- receipts ----------------------------------------------------------------------------------------------------
def test_a_receipt_adds_up_and_says_where_the_film_would_stand(
    films: list[Movie], client: Client, visitor: User
) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    make_member_rating(films[1], by=visitor, value=8)

    page = client.get(f"/for-you/why/{films[3].pk}")

    pick = page.context["pick"]
    assert sum(cause.weight for cause in pick.because) == pick.score
    assert [(line["cause"].film.title, line["without"].rank) for line in page.context["told"]] == [
        ("The Reel Number 2", 3),
        ("The Reel Number 1", 1),
    ]
    assert "the lines above add up to it exactly" in text(page)


def test_a_film_without_a_recommendation_has_no_receipt(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    assert "You rated it yourself" in text(client.get(f"/for-you/why/{films[0].pk}"))
    assert "Nothing you rated speaks for or against it" in text(client.get(f"/for-you/why/{films[8].pk}"))
    assert client.get("/for-you/why/999999").status_code == 404
    assert client.get("/for-you/why")["Location"] == "/for-you"


# --- privacy and cost --------------------------------------------------------------------------------------------
def test_no_shared_cache_may_keep_a_personal_page(films: list[Movie], client: Client, visitor: User) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)
    pages = ["/for-you", "/", "/vs", f"/m/{films[3].pk}/guess", f"/for-you/why/{films[3].pk}"]
    for address in pages:
        response = client.get(address)
        assert "private" in response["Cache-Control"], address
        assert "Cookie" in response["Vary"], address


def test_the_list_costs_a_fixed_number_of_queries(
    client: Client, visitor: User, django_assert_max_num_queries: Any
) -> None:
    films = small_catalogue(60)
    serve(small_model(films, {(i, j): 0.1 + j / 1000 for i in range(20) for j in range(20, 60)}))
    for film in films[:20]:
        make_member_rating(film, by=visitor, value=9)
    client.get("/for-you")
    with django_assert_max_num_queries(15):
        assert len(client.get("/for-you?all=1").context["picks"]) == 20
