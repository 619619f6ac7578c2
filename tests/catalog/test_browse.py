"""Browsing: each filter counts under all the others, the choice is in the address, and every dead end names a way out."""

import itertools
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Movie, User
from catalog.selectors import browsing
from catalog.selectors.browsing import Choice
from tests.catalog.page_words import text
from tests.factories.catalog import (
    make_imported_votes,
    make_licence,
    make_member_rating,
    make_movie,
    make_preferences,
    small_catalogue,
)
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


def titles(choice: Choice, sort: str = "rank") -> list[str]:
    return [film.title for film in browsing.films(choice, sort)]


def test_each_filter_keeps_what_fits_it() -> None:
    make_movie("Old", year=1949, genres=[], runtime=None)
    make_movie("Short", year=1950, genres=["Drama"], runtime=74)
    make_movie("Long", year=1959, genres=["Drama", "Romance"], runtime=200)
    assert titles(Choice(decade=1950), "-year") == ["Long", "Short"]
    assert titles(Choice(genre="Romance")) == ["Long"]
    assert titles(Choice(length="-74")) == ["Short"]
    assert titles(Choice(length="150-")) == ["Long"]
    assert titles(Choice(votes="-99"), "year") == ["Old", "Short", "Long"]  # no vote at all is few votes
    make_licence(Movie.objects.get(title="Old"))
    assert titles(Choice(playable_in="GB", day=NOON.date())) == ["Old"]


def test_every_count_is_what_the_list_would_then_hold(visitor: User) -> None:
    films = small_catalogue(24)
    make_imported_votes(make_movie("Few"), votes=60)
    make_member_rating(films[3], by=visitor)
    day = NOON.date()
    for genre, decade, unseen in itertools.product(("", "Drama"), (None, 1950), (None, visitor)):
        choice = Choice(genre=genre, decade=decade, unseen_by=unseen, day=day)
        counts = browsing.counts(choice, "GB")
        assert counts.total == len(titles(choice))
        assert counts.playable == len(titles(Choice(**{**choice.__dict__, "playable_in": "GB"})))
        for name in ("genre", "decade", "length", "votes"):
            for value, count in getattr(counts, name):
                assert count == len(titles(Choice(**{**choice.__dict__, name: value}))), (choice, name, value)


def test_the_bands_leave_no_film_out_and_count_none_twice() -> None:
    small_catalogue(30)
    for votes in (5, 99, 100, 999, 1_000, 9_999, 10_000, 49_999, 50_000):
        make_imported_votes(make_movie(runtime=votes % 200 + 1), votes=votes)
    counts = browsing.counts(Choice(day=NOON.date()), "GB")
    assert sum(count for _, count in counts.length) == sum(count for _, count in counts.votes) == counts.total == 39


def test_chips_take_one_filter_away_and_the_rest_stay(films: list[Movie], client: Client) -> None:
    page = client.get("/browse?genre=Drama&decade=1930&sort=year").content.decode()
    assert 'id="chip-genre" href="/browse?decade=1930&amp;sort=year"' in page
    assert 'id="clear" href="/browse"' in page
    assert re.search(r'id="f-genre-Drama" href="/browse\?decade=1930&amp;sort=year" aria-current', page)


def test_a_dead_end_names_the_filters_to_drop_and_what_each_would_show(films: list[Movie], client: Client) -> None:
    page = text(client.get("/browse?genre=Animation&decade=1930"))
    assert "0 films found" in page
    decade, genre = browsing.count(Choice(decade=1930)), browsing.count(Choice(genre="Animation"))
    assert f"without Animation : {decade} films" in page
    assert f"without 1930s : {genre} films" in page


@pytest.mark.parametrize("query", ["genre=Western", "decade=1850", "length=1", "votes=x-y", "hide=all", "sort=best"])
def test_a_filter_that_makes_no_sense_is_named(films: list[Movie], client: Client, query: str) -> None:
    page = client.get(f"/browse?{query}")
    assert page.status_code == client.get(f"/browse.csv?{query}").status_code == 400
    assert "makes no sense" in text(page)


def test_what_a_member_has_rated_can_be_hidden(films: list[Movie], visitor: User, client: Client) -> None:
    make_member_rating(films[0], by=visitor, value=7)
    assert "you gave 7" in text(client.get("/browse"))
    assert films[0].get_absolute_url() not in client.get("/browse?hide=seen").content.decode()
    client.logout()
    assert "nothing is hidden now" in text(client.get("/browse?hide=seen"))


def test_without_personalisation_ratings_are_read_only_to_hide_them(
    films: list[Movie], visitor: User, client: Client
) -> None:
    make_preferences(visitor, personal=False)
    for address, asks in {"/browse?genre=Drama": False, "/browse?hide=seen": True}.items():
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert any('"catalog_rating"' in query["sql"] for query in asked) is asks, address


def test_the_whole_list_is_a_file_in_its_order(films: list[Movie], client: Client) -> None:
    body = client.get("/browse.json?genre=Drama&sort=-year").json()
    assert (body["filters"], body["count"]) == ({"genre": "Drama"}, browsing.count(Choice(genre="Drama")))
    assert [row["title"] for row in body["rows"]] == titles(Choice(genre="Drama"), "-year")
    lines = client.get("/browse.csv").content.decode().splitlines()
    assert (len(lines), lines[0].split(",")[:3]) == (13, ["rank", "id", "title"])
    assert lines[1].endswith(f"http://testserver{films[0].get_absolute_url()}")


def test_a_page_asks_no_more_for_more_films(client: Client, visitor: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/browse?hide=seen&genre=Drama")
        return len(queries)

    films = small_catalogue(12)
    few = asked()
    for film in films:
        make_movie(genres=["Drama"])
        make_member_rating(film, by=visitor)
    assert asked() <= few


@pytest.mark.parametrize("address", ["/", "/top"])
def test_a_members_own_ratings_stand_in_their_copy_of_the_kept_lines_alone(
    films: list[Movie], visitor: User, client: Client, address: str
) -> None:
    make_member_rating(films[1], by=visitor, value=7)
    make_member_rating(films[2], by=visitor, value=3)
    page = client.get(address)
    lines = page.content.decode().split('<li class="chart-row"')
    said = {
        int(found[1]): line for line in lines if (found := re.search(r'id="film-(\d+)"', line)) and "you gave" in line
    }
    assert set(said) == {films[1].pk, films[2].pk}
    assert "you gave 7" in said[films[1].pk]
    assert "private" in page["Cache-Control"]
    assert "you gave" not in text(Client().get(address))  # rendered once, and nobody else's copy knows
    make_preferences(visitor, personal=False)
    with CaptureQueriesContext(connection) as asked:
        assert "you gave" not in text(client.get("/top"))
    assert not [query for query in asked if '"catalog_rating"' in query["sql"]]
