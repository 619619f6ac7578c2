"""Who wants to rate before seeing what others gave: a film's numbers wait, a list's are covered, the chart keeps its ranks."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Movie, Standing, User
from catalog.services import preferences
from catalog.views.rows import wr_text
from tests.catalog.page_words import text
from tests.factories.catalog import make_member_rating, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def careful(visitor: User) -> User:
    preferences.choose(by=visitor, own_first=True)
    return visitor


def printed() -> str:
    """The first film's WR as the edition has it."""
    return wr_text(Standing.objects.get(rank=1).wr_e6, 6)


def numbers(page: Any) -> list[str]:
    """Which of the first film's numbers by others a page shows: its WR, its mean, its bars, the source's bands."""
    found = text(page)
    told = {"WR": f"= {printed()}", "mean": "× 9.0", "bars": "ratings by members", "bands": "Imported decile bands"}
    return [name for name, words in told.items() if words in found]


def test_a_films_numbers_wait_for_ones_own(films: list[Movie], client: Client, careful: User) -> None:
    for _ in range(5):
        make_member_rating(films[0], by=make_user(), value=9)
    address = films[0].get_absolute_url()

    held = client.get(address)

    assert numbers(held) == []
    assert "mean 9" not in text(held)
    assert "would be No." not in text(held)  # what ratings since the edition would make of it
    assert "No. 1" in text(held)  # its rank in the official chart stays
    assert "Show anyway" in text(held)
    assert numbers(client.get(f"{address}?numbers=1")) == ["WR", "mean", "bars", "bands"]


def test_with_ones_own_rating_everything_shows(films: list[Movie], client: Client, careful: User) -> None:
    answer = client.post(f"/m/{films[0].pk}/rating", {"value": 8}, headers=HTMX)
    assert f"= {printed()}" in text(answer)
    assert 'id="bands"' in answer.content.decode()
    assert "Show anyway" not in text(answer)
    assert "bands" in numbers(client.get(films[0].get_absolute_url()))

    back = client.post(f"/m/{films[0].pk}/rating", {"withdraw": 1}, headers=HTMX)
    assert "Show anyway" in text(back)
    assert f"= {printed()}" not in text(back)


def test_a_list_covers_its_numbers_and_says_so(films: list[Movie], client: Client, careful: User) -> None:
    page = client.get("/top")
    assert '<body class="own-first">' in page.content.decode()
    assert "Lists hold back means and weighted ratings until you have rated" in text(page)
    assert ">1</span>" in page.content.decode()  # ranks stay


def test_without_the_choice_nothing_waits(films: list[Movie], client: Client, visitor: User) -> None:
    page = client.get(films[0].get_absolute_url())
    assert "WR" in numbers(page)
    assert "own-first" not in page.content.decode()
    client.logout()
    assert "own-first" not in client.get("/top").content.decode()


def test_who_wants_no_page_to_read_ratings_has_numbers_held_until_asked(
    films: list[Movie], client: Client, careful: User
) -> None:
    make_member_rating(films[0], by=careful, value=8)
    preferences.choose(by=careful, personal=False)
    address = films[0].get_absolute_url()
    assert numbers(client.get(address)) == []
    assert "WR" in numbers(client.get(f"{address}?mine=1"))
