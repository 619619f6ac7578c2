"""Films put away, and what becomes of what is put forward: counted by version, of nobody in particular."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from catalog.errors import UnknownMovie
from catalog.models import Hidden, Movie, User
from catalog.services import hidden, recommendations
from mlops.models import Outcome
from mlops.services import outcomes
from tests.catalog.learned import serve, small_model
from tests.catalog.page_words import text
from tests.factories.catalog import make_hidden, make_member_rating, make_user
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "hidden"}}


@pytest.fixture(autouse=True)
def _counting(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that counts, empty: without a broker there is none in tests."""
    monkeypatch.setattr(outcomes, "_quiet_until", 0.0)
    settings.CACHES = CACHE
    cache.clear()


def counted() -> dict[str, int]:
    outcomes.gather(at=timezone.now() + timedelta(seconds=1))
    return dict(Outcome.objects.filter(version_label="recommender v1").values_list("act", "count"))


def test_putting_away_twice_is_once_and_putting_back_undoes_it(films: list[Movie]) -> None:
    user = make_user()
    assert [hidden.put_away(movie_id=films[0].pk, by=user, at=NOON) for _ in range(2)] == [True, False]
    assert [hidden.put_back(movie_id=films[0].pk, by=user, at=NOON) for _ in range(2)] == [True, False]
    with pytest.raises(UnknownMovie, match="no film with the number 0"):
        hidden.put_away(movie_id=0, by=user, at=NOON)


def test_the_database_keeps_one_row_a_film_and_member(films: list[Movie]) -> None:
    user = make_user()
    Hidden.objects.create(user=user, movie=films[0], hidden_at=NOON)
    with pytest.raises(IntegrityError):
        Hidden.objects.create(user=user, movie=films[0], hidden_at=NOON)


def test_what_was_shown_opened_answered_and_put_away_is_counted(
    films: list[Movie], client: Client, visitor: User
) -> None:
    serve(small_model(films))
    make_member_rating(films[0], by=visitor, value=9)

    client.get("/for-you")  # films 2, 3 and 4
    opened = client.get(f"{films[1].get_absolute_url()}?from=for-you")
    client.post(f"/m/{films[1].pk}/rating", {"value": 5})
    client.post(f"/m/{films[8].pk}/rating", {"value": 5})  # on nobody's list
    client.post("/for-you/hide", {"film": films[2].pk}, headers={"HX-Request": "true"})  # shows film 4 again
    client.post("/for-you/hide", {"film": films[9].pk}, headers={"HX-Request": "true"})  # not listed; film 4 again

    assert opened["Location"] == films[1].get_absolute_url()
    assert "private" in opened["Cache-Control"]
    assert counted() == {"SHOWN": 5, "OPENED": 1, "ANSWERED": 1, "HIDDEN": 1}


def test_a_stranger_opening_a_shared_link_is_not_counted(films: list[Movie], client: Client) -> None:
    serve(small_model(films))
    client.get(f"{films[1].get_absolute_url()}?from=for-you")
    assert counted() == {}


def test_a_rating_changed_is_no_second_answer(films: list[Movie]) -> None:
    serve(small_model(films))
    user = make_user()
    make_member_rating(films[0], by=user, value=9)
    for value in (5, 6):
        recommendations.rate_movie(movie_id=films[1].pk, by=user, at=NOON, value=value)
    assert counted() == {"ANSWERED": 1}


# --- on a film's page, and the list of them ----------------------------------------------------------------------
def test_a_films_page_puts_it_away_and_takes_it_out_again(films: list[Movie], client: Client, visitor: User) -> None:
    page = client.post("/for-you/hide", {"film": films[1].pk, "from": "film"}, follow=True)
    assert page.redirect_chain[0][0] == f"{films[1].get_absolute_url()}#away"
    assert "You put it away: it is never recommended to you." in text(page)

    back = client.post("/for-you/hide", {"film": films[1].pk, "from": "film", "restore": 1}, headers=HTMX)
    assert "It may be recommended to you again." in text(back)
    assert "<html" not in back.content.decode()
    assert not Hidden.objects.exists()


def test_all_that_is_put_away_is_listed_newest_first_with_the_way_back(
    films: list[Movie], client: Client, visitor: User
) -> None:
    for hours, film in enumerate(films[:2]):
        make_hidden(visitor, film, hidden_at=NOON + timedelta(hours=hours))
    make_hidden(make_user(), films[5])

    page = client.get("/me/hidden")

    assert [row.title for _, row in page.context["away"]] == ["The Reel Number 2", "The Reel Number 1"]
    assert "private" in page["Cache-Control"]
    left = client.post("/for-you/hide", {"film": films[1].pk, "from": "mine", "restore": 1}, headers=HTMX)
    assert [row.title for _, row in left.context["away"]] == ["The Reel Number 1"]
    assert "Undo: put it away again" in text(left)
    client.post("/for-you/hide", {"film": films[1].pk, "from": "mine"}, headers=HTMX)
    assert visitor.hidden.count() == 2


def test_the_list_is_a_file_too(films: list[Movie], client: Client, visitor: User) -> None:
    make_hidden(visitor, films[0])
    lines = client.get("/me/hidden.csv").content.decode().splitlines()
    assert lines[0] == "id,title,year,put_away_at"
    assert lines[1].startswith(f"{films[0].pk},The Reel Number 1,1930,{NOON:%Y-%m-%d}")
    body = client.get("/me/hidden.json")
    assert (body.json()["films"], body.json()["rows"][0]["title"]) == (1, "The Reel Number 1")
    assert "private" in body["Cache-Control"]


@pytest.mark.parametrize("address", ["/me/hidden", "/me/hidden.csv", "/me/hidden.json"])
def test_the_list_is_its_members_alone(client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/accounts/login/")


def test_with_nothing_put_away_the_page_says_how(client: Client, visitor: User) -> None:
    assert "Nothing is put away" in text(client.get("/me/hidden"))
