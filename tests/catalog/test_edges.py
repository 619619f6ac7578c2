"""Odd films, odd forms and odd cookies: each was once a page that broke."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from catalog.errors import CatalogError
from catalog.models import ChartEdition, DataImport, Movie, Tally
from catalog.recipes.weighted_rating import WeightedRating
from catalog.selectors import films as reads
from catalog.services import editions
from mlops.ports import SYSTEM
from tests.factories.catalog import make_movie, make_source, small_catalogue
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def films() -> list[Movie]:
    return small_catalogue(6)


def test_a_chart_without_films_still_has_its_pages(films: list[Movie], client: Client) -> None:
    Movie.objects.all().delete()
    assert [client.get(address).status_code for address in ("/", "/top", "/how", "/browse", "/editions/1")] == [200] * 5


@pytest.mark.parametrize("year", [1888, 2015, 2100])
def test_films_of_any_allowed_year_can_be_found(films: list[Movie], client: Client, year: int) -> None:
    film = make_movie(title="Far Away", year=year)
    Tally.objects.update_or_create(movie=film, defaults={"votes": 1, "points": 70})
    assert editions.publish(by=SYSTEM, at=NOON, now=True)
    decade = year // 10 * 10
    for address in ("/", "/top", "/top/drama", f"/top/{decade}s", f"/browse?decade={decade}", film.get_absolute_url()):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("title", ["Rank", "Rating"])
def test_a_film_named_like_an_address_below_it_has_a_page(films: list[Movie], client: Client, title: str) -> None:
    film = make_movie(title=title, year=1950)
    response = client.get(film.get_absolute_url())
    assert response.status_code == 200
    assert f"<h1>{title}" in response.content.decode()


@pytest.mark.parametrize("following", ["xyz", "film", "é", "//elsewhere.example/", "https://elsewhere.example/", ""])
def test_choosing_a_territory_leads_nowhere_odd(films: list[Movie], client: Client, following: str) -> None:
    response = client.post("/territory", {"territory": "FR", "next": following})
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("key", ["\x00" * 14, "a", "A" * 32, "é" * 32, "x" * 5000])
def test_a_session_cookie_that_none_of_ours_could_be_is_no_session(films: list[Movie], key: str) -> None:
    client = Client()
    client.cookies["sessionid"] = key
    assert client.get("/").status_code == 200


def test_early_refusals_carry_the_same_protection(films: list[Movie], client: Client) -> None:
    response = client.get("/?a=%00")
    assert response.status_code == 400
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert (response["X-Frame-Options"], response["X-Content-Type-Options"]) == ("DENY", "nosniff")


@pytest.mark.parametrize("name", ["x" * 100_000, "a\x00b", "\x00", "é" * 151, " "])
def test_a_name_that_nobody_can_have_is_refused_in_words(client: Client, name: str) -> None:
    response = client.post("/accounts/login/", {"login": name, "password": "whatever-1895"})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()


@pytest.mark.parametrize("query", ["The Solaris", "a solaris", "Solaris, The", "solaris"])
def test_an_article_in_front_does_not_matter(query: str) -> None:
    film = make_movie(title="Solaris", year=1972)
    assert list(reads.search(query)) == [film]


class CountsDemoRatersToo(WeightedRating):
    params = {**WeightedRating.params, "kinds": ["MEMBER", "DEMO"]}


def test_a_formula_that_counts_other_raters_than_the_tallies_is_not_published(settings: Any) -> None:
    settings.MLOPS_RECIPES = [f"{__name__}.CountsDemoRatersToo"]
    with pytest.raises(CatalogError, match="counts MEMBER, DEMO; members count always"):
        small_catalogue(3)
    assert not ChartEdition.objects.exists()


def test_a_recount_names_the_film_whose_tally_is_wrong(films: list[Movie], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("recount")
    assert "6 tallies equal a recount" in capsys.readouterr().out
    Tally.objects.filter(movie=films[0]).update(points=Tally.objects.get(movie=films[0]).points + 1)
    with pytest.raises(CommandError, match="1 tallies differ"):
        call_command("recount")
    assert f"film {films[0].pk}: " in capsys.readouterr().err


@pytest.mark.parametrize(("use", "said"), [("ANY", False), ("NON_COMMERCIAL", True), ("RESEARCH", True)])
def test_the_data_page_speaks_of_limits_only_where_a_source_has_them(client: Client, use: str, said: bool) -> None:
    source = make_source(permitted_use=use)
    DataImport.objects.create(source=source, started_at=NOON, finished_at=NOON, rows=1)
    assert ("This installation is set to show them" in client.get("/data").content.decode()) is said
