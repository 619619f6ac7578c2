"""Who asks for what is not there is helped on: near titles, what was taken out, a search on every error page."""

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Movie
from catalog.selectors import lost
from tests.catalog.page_words import text
from tests.factories.catalog import make_movie

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["/m/999/vertgo", "/m/999999999999999999999/vertigo", "/films/vertigo.html", "/vertigo-1958", "/x/Vertigo/watch"],
)
def test_a_lost_address_leads_to_the_film_it_names(client: Client, address: str) -> None:
    film = make_movie("Vertigo", year=1958)
    page = client.get(address)
    assert page.status_code == 404
    assert f'href="{film.get_absolute_url()}"' in page.content.decode()


@pytest.mark.parametrize(
    "address", ["/m/1", "/%20", "/" + "x" * 2_000, "/\u00ad", "/🎬/%22%20OR", "/top?page=99", "/'"]
)
def test_nothing_in_an_address_breaks_the_page_that_helps(client: Client, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 404
    assert "Did you look for" not in text(page)
    assert 'action="/search"' in page.content.decode()


def test_a_film_that_was_taken_out_is_said_to_be_gone_on_all_its_addresses(client: Client) -> None:
    film = make_movie("A Double Entry")
    kept = make_movie("A Double Entry")
    number, name = film.pk, film.slug
    film.delete()
    for address in (f"/m/{number}", f"/m/{number}/{name}", f"/m/{number}/rank", f"/m/{number}/card.svg"):
        page = client.get(address)
        assert page.status_code == 410, address
    assert "A Double Entry was taken out of the catalogue" in text(page)
    assert timezone.localdate().strftime("%B %Y") in text(page)
    assert kept.get_absolute_url() in client.get(f"/m/{number}/{name}").content.decode()
    assert client.get(f"/m/{number + 100}").status_code == 404


def test_a_film_that_came_back_under_its_number_is_not_gone() -> None:
    film = make_movie("Lost and Found")
    number = film.pk
    film.delete()
    assert lost.removed(f"/m/{number}/x") is not None
    Movie.objects.create(pk=number, title="Lost and Found", year=1950)
    assert lost.removed(f"/m/{number}/x") is None


def test_every_error_page_has_a_search_and_ways_on(client: Client) -> None:
    for address in ("/nothing", "/top?page=x"):
        page = client.get(address).content.decode()
        assert page.count('role="search"') == 1
        assert 'href="/browse"' in page
