"""Lists: the chart inside one edition, films in every order, each exactly once."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from catalog.models import ChartEdition, Movie
from catalog.selectors import chart_pages, charts
from catalog.services import editions
from mlops import store
from mlops.ports import SYSTEM
from tests.catalog.api_calls import Caller, five_films, next_edition, refusal
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Caller:
    return Caller()


def ids(items: list[dict[str, Any]]) -> list[int]:
    return [item["id"] for item in items]


# --- the chart ---------------------------------------------------------------------------------------------------
def test_chart_walks_every_film_exactly_once_in_order_of_rank(api: Caller) -> None:
    films = make.small_catalogue(60)
    found = api.walk("charts/top", limit=7)
    assert [item["rank"] for item in found] == list(range(1, 61))
    assert sorted(ids(found)) == sorted(film.pk for film in films)


def test_chart_item_is_exact_and_has_these_eight_fields(api: Caller) -> None:
    five_films()
    first = api.get("charts/top", limit=1).json()["data"][0]
    # C is the mean of 8.5, 8.7, 8.4, 3.5 and 6.0; WR = (120,000·8.7 + 25,000·7.02) / 145,000
    assert first == {
        "rank": 1,
        "id": 12,
        "slug": "rear-window",
        "title": "Rear Window",
        "year": 1954,
        "votes": 120_000,
        "mean": "8.7000",
        "wr": "8.410345",
    }


def test_chart_says_its_edition_and_that_rank_and_c_are_global(api: Caller) -> None:
    five_films()
    body = api.get("charts/top", decade="1950s", genre="romance").json()
    edition = ChartEdition.objects.get()
    assert body["edition"] == {
        "number": 1,
        "at": "2026-06-01T12:00:00Z",
        "c": "7.0200",
        "m": 25_000,
        "floor": 1,
        "version": edition.version_label,
        "content_digest": edition.content_digest,
    }
    assert body["scope"] == {"decade": "1950s", "genre": "romance", "rank": "global", "c": "global"}
    assert [(item["id"], item["rank"]) for item in body["data"]] == [(12, 1), (13, 3)]


def test_a_part_of_the_chart_is_walked_too(api: Caller) -> None:
    make.small_catalogue(60)
    part = api.walk("charts/top", genre="drama", limit=3)
    whole = api.walk("charts/top")
    drama = set(Movie.objects.of_genre("Drama").values_list("pk", flat=True))
    assert ids(part) == [number for number in ids(whole) if number in drama]


def test_a_walk_ends_in_the_edition_it_began_in(api: Caller) -> None:
    films = make.small_catalogue(20)
    before = api.walk("charts/top")
    page = api.get("charts/top", limit=6).json()
    next_edition(films[10], value=10)
    for _ in range(200):
        make.make_member_rating(films[19], value=10)
    make.make_edition(NOON + timedelta(hours=2))
    rest, more = [], page
    while more["has_more"]:
        more = api.get("charts/top", limit=6, cursor=more["next_cursor"]).json()
        assert more["edition"]["number"] == 1
        rest += more["data"]
    assert page["data"] + rest == before
    assert api.get("charts/top").json()["edition"]["number"] == 3


def test_an_edition_published_between_two_statements_is_not_mixed_in() -> None:
    films = make.small_catalogue(12)
    first = charts.newest()
    assert first is not None
    before = [(entry.id, entry.wr_e6) for entry in chart_pages.entries(first, in_force=True, after=0, most=9)]
    next_edition(films[11], value=10)
    late = chart_pages.entries(first, in_force=True, after=0, most=9)
    assert [(entry.id, entry.wr_e6) for entry in late] == before


def test_a_film_deleted_during_a_walk_is_left_out_and_nothing_else(api: Caller) -> None:
    films = make.small_catalogue(20)
    cursor = api.get("charts/top", limit=5).json()["next_cursor"]
    order = ids(api.walk("charts/top"))
    next_edition(films[3], value=10)
    Movie.objects.get(pk=order[7]).delete()
    rest = api.get("charts/top", limit=5, cursor=cursor).json()
    assert ids(rest["data"]) == [order[5], order[6], order[8], order[9], order[10]]


def test_the_cursor_of_a_thinned_edition_is_gone(api: Caller) -> None:
    films = make.small_catalogue(20)
    cursor = api.get("charts/top", limit=5).json()["next_cursor"]
    next_edition(films[3], value=10)
    make.make_member_rating(films[3], value=10)
    make.make_edition(NOON + timedelta(hours=2))
    editions.thin(by=SYSTEM, at=NOON + timedelta(days=settings.EDITION_KEEP["all_days"] + 1))
    assert ChartEdition.objects.get(number=1).thinned_at
    body = refusal(api.get("charts/top", limit=5, cursor=cursor), 410, "edition_gone")
    assert "edition 1" in body["detail"]


def test_the_cursor_of_an_edition_whose_file_is_lost_is_gone(api: Caller) -> None:
    films = make.small_catalogue(20)
    cursor = api.get("charts/top", limit=5).json()["next_cursor"]
    store.remove(ChartEdition.objects.get().content_digest)
    next_edition(films[3], value=10)
    refusal(api.get("charts/top", limit=5, cursor=cursor), 410, "edition_gone")


def test_before_the_first_edition_there_is_no_chart_but_there_are_films(api: Caller) -> None:
    make.make_movie("Alone", id=7)
    response = api.get("charts/top")
    refusal(response, 503, "no_edition")
    assert int(response["Retry-After"]) > 0
    body = api.get("movies").json()
    assert body["edition"] is None
    assert [(item["id"], item["rank"], item["wr"]) for item in body["data"]] == [(7, None, None)]


# --- films -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sort", [None, "id", "title", "-title", "year", "-year", "rank", "-wr", "-votes"])
def test_every_order_visits_every_film_exactly_once(api: Caller, sort: str | None) -> None:
    films = make.small_catalogue(60)
    unseen = [make.make_movie(year=1955) for _ in range(5)]
    found = api.walk("movies", limit=7, **({"sort": sort} if sort else {}))
    assert sorted(ids(found)) == sorted(film.pk for film in films + unseen)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("id", [11, 12, 13, 14, 15, 16]),
        ("title", [15, 14, 12, 13, 11, 16]),
        ("-title", [16, 11, 13, 12, 14, 15]),
        ("year", [15, 16, 11, 12, 13, 14]),
        ("-year", [13, 14, 12, 11, 16, 15]),
        ("rank", [12, 11, 13, 15, 14, 16]),
        ("-wr", [12, 11, 13, 15, 14, 16]),
        ("-votes", [12, 11, 13, 14, 15, 16]),
    ],
)
def test_films_come_in_the_order_asked_for(api: Caller, sort: str, order: list[int]) -> None:
    five_films()
    assert ids(api.walk("movies", sort=sort, limit=2)) == order


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"year_gte": 1954}, [12, 13, 14]),
        ({"year_lte": 1949}, [11, 15, 16]),
        ({"year_gte": 1950, "year_lte": 1955}, [12]),
        ({"votes_gte": 60_000}, [11, 12, 13]),
        ({"votes_gte": 0}, [11, 12, 13, 14, 15, 16]),
        ({"genre": "drama,romance"}, [12]),
        ({"genre": "drama|comedy"}, [11, 12, 13, 15]),
        ({"genre": "romance"}, [12, 13]),
        ({"genre": "romance", "votes_gte": 100_000}, [12]),
        ({"year_gte": 1960, "year_lte": 1950}, []),
    ],
)
def test_films_are_filtered(api: Caller, query: dict[str, Any], numbers: list[int]) -> None:
    five_films()
    assert ids(api.get("movies", **query).json()["data"]) == numbers


def test_films_of_equal_wr_come_as_in_the_chart(api: Caller) -> None:
    for year in (1970, 1960, 1950):
        make.make_imported_votes(make.make_movie(year=year), votes=500, mean=7.0)
    make.make_imported_votes(votes=100, mean=2.0)
    make.make_edition()
    assert [item["rank"] for item in api.walk("movies", sort="-wr", limit=1)] == [1, 2, 3, 4]


def test_search_finds_words_without_accents_and_sorts_as_the_page_does(api: Caller) -> None:
    five_films()
    make.make_movie("The Third Man on the Mountain", id=20)
    make.make_movie("Amélie and the third man", id=21)
    found = api.walk("movies", q="THIRD man", limit=1)
    assert ids(found) == [11, 20, 21]
    assert ids(api.get("movies", q="amelie").json()["data"]) == [21]
    assert ids(api.get("movies", q="third", sort="-title").json()["data"]) == [20, 11, 21]
    assert api.get("movies", q="zzz").json()["data"] == []


def test_the_default_walk_survives_films_that_come_and_go(api: Caller) -> None:
    films = make.small_catalogue(12)
    page = api.get("movies", limit=5).json()
    films[0].delete()
    new = make.make_movie("A new one")
    more = api.get("movies", limit=50, cursor=page["next_cursor"]).json()["data"]
    assert ids(more) == [film.pk for film in (*films[5:], new)]


@pytest.mark.parametrize("sort", ["rank", "-wr", "-votes"])
def test_an_order_by_an_edition_that_was_replaced_says_so(api: Caller, sort: str) -> None:
    films = make.small_catalogue(12)
    cursor = api.get("movies", limit=5, sort=sort).json()["next_cursor"]
    next_edition(films[3], value=10)
    body = refusal(api.get("movies", limit=5, sort=sort, cursor=cursor), 409, "edition_changed")
    assert "edition 1" in body["detail"]
    assert "edition 2" in body["detail"]


def test_an_order_by_title_goes_on_after_a_new_edition(api: Caller) -> None:
    films = make.small_catalogue(12)
    page = api.get("movies", limit=5, sort="title").json()
    next_edition(films[3], value=10)
    more = api.get("movies", limit=50, sort="title", cursor=page["next_cursor"]).json()
    assert sorted(ids(page["data"] + more["data"])) == sorted(film.pk for film in films)


# --- editions ----------------------------------------------------------------------------------------------------
def test_editions_come_newest_first_and_link_what_proves_them(api: Caller) -> None:
    films = make.small_catalogue(12)
    next_edition(films[3], value=10)
    found = api.walk("editions", limit=1)
    assert [edition["number"] for edition in found] == [2, 1]
    assert found[0]["previous_chain"] == found[1]["chain_digest"]
    links = api.get("editions/2").json()["links"]
    assert api.client.get(links["document"]).json() == found[0]
    assert api.client.get(links["artefact"])["ETag"] == f'"{found[0]["content_digest"]}"'
    assert api.get(links["previous"]).json()["number"] == 1
    assert api.get("editions/1").json()["links"]["previous"] is None


def test_a_thinned_edition_keeps_its_digests_and_says_that_its_rows_are_gone(api: Caller) -> None:
    make.small_catalogue(12)
    ChartEdition.objects.update(thinned_at=NOON)
    body = api.get("editions/1").json()
    assert body["thinned_at"] == "2026-06-01T12:00:00Z"
    assert body["links"]["artefact"] is None
    assert len(body["chain_digest"]) == 64


# --- headers -----------------------------------------------------------------------------------------------------
def test_the_next_page_is_in_the_link_header_with_every_parameter(api: Caller) -> None:
    make.small_catalogue(12)
    response = api.get("movies", limit=5, year_gte=1900, genre="drama|comedy|action")
    address, _, relation = response["Link"].partition(">; ")
    assert relation == 'rel="next"'
    following = api.get(address.removeprefix("<http://testserver"))
    assert following.status_code == 200
    assert "year.gte=1900" in address
    assert not following.has_header("Link")
