"""What partners may ask beside lists and films: parts of an item, what belongs to it, rights, their own key and use."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from catalog.api.movies import Movies
from catalog.models import Movie, PartnerKey
from catalog.versions import VERSIONS, Deprecation
from tests.catalog.api_calls import Caller, five_films, next_edition, refusal
from tests.factories import catalog as make
from tests.factories.partners import make_usage

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Caller:
    five_films()
    return Caller()


# --- parts of an item --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["movies", "charts/top"])
def test_only_the_fields_that_are_asked_for_are_sent_and_the_id(api: Caller, address: str) -> None:
    whole = api.get(address).json()["data"]
    part = api.get(address, fields="title,wr").json()["data"]
    assert part == [{name: item[name] for name in ("id", "title", "wr")} for item in whole]
    assert api.get("movies/12", fields="wr").json() == {"id": 12, "wr": "8.410345"}


@pytest.mark.parametrize("fields", ["colour", "", "title,", "TITLE"])
def test_fields_that_there_are_not_are_refused(api: Caller, fields: str) -> None:
    assert "fields" in refusal(api.get("movies", fields=fields), 400, "bad_parameter")["detail"]


def test_what_is_included_is_the_same_in_a_list_and_alone(api: Caller) -> None:
    make.make_licence(make.make_movie(id=77))
    licence = make.make_licence(_film(12), territory="JP", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    make.make_member_rating(_film(12), value=9)
    more = "rights,histogram,rank_explanation"
    alone = api.get("movies/12", include=more).json()
    listed = {item["id"]: item for item in api.get("movies", include=more).json()["data"]}
    for name in more.split(","):
        assert alone[name] == listed[12][name]
    assert alone["histogram"] == [0] * 8 + [1, 0]
    assert alone["rights"] == [
        {
            "id": licence.pk,
            "movie": 12,
            "territory": "JP",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "starts_at": "2025-12-31T15:00:00Z",
            "ends_at": "2026-12-31T15:00:00Z",
            "time_zone": "Asia/Tokyo",
        }
    ]
    receipt = api.get("movies/12/rank").json()
    assert alone["rank_explanation"] == {name: receipt[name] for name in alone["rank_explanation"]}
    assert listed[16]["rank_explanation"] is None
    assert listed[16]["rights"] == []


def test_what_is_included_costs_one_statement_each(api: Caller, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):  # the key, the revision, the films, licences, ratings
        assert api.get("movies", include="rights,histogram,rank_explanation").status_code == 200


def test_what_is_included_needs_its_own_scope(api: Caller) -> None:
    narrow = Caller(PartnerKey.Scope.CATALOG_READ)
    for name, scope in (("rights", "rights:read"), ("rank_explanation", "charts:read")):
        for address in ("movies", "movies/12"):
            assert scope in refusal(narrow.get(address, include=name), 403, "scope_missing")["detail"]
    assert narrow.get("movies/12", include="histogram").status_code == 200


def test_a_film_names_the_row_that_it_came_from(api: Caller) -> None:
    assert api.get("movies/12").json()["external_ids"] == {"archive": 12}
    assert api.get("movies/16").json()["external_ids"] == {}


# --- lookup ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"title": "The Third Man", "year": 1949}, [(11, "exact")]),
        ({"title": "third man"}, [(11, "exact")]),
        ({"title": "the third man", "year": 1950}, [(11, "title")]),
        ({"title": "Rear Windw"}, [(12, "near")]),
        ({"title": "Xyzzy"}, []),
    ],
)
def test_a_film_is_found_by_title_and_year(api: Caller, asked: Any, found: Any) -> None:
    data = api.get("movies/lookup", **asked).json()["data"]
    assert [(one["movie"]["id"], one["match"]) for one in data] == found


def test_of_two_films_of_one_name_the_year_decides(api: Caller) -> None:
    remake = make.make_movie("Rear Window", year=1998)
    first = api.get("movies/lookup", title="rear window", year=1998).json()["data"]
    assert [(one["movie"]["id"], one["match"]) for one in first] == [(remake.pk, "exact"), (12, "title")]


def test_a_lookup_without_a_title_says_so(api: Caller) -> None:
    assert "title" in refusal(api.get("movies/lookup", year=1949), 400, "bad_parameter")["detail"]


# --- editions ----------------------------------------------------------------------------------------------------
def test_the_chart_of_an_older_edition_is_as_it_was_published(api: Caller) -> None:
    before = api.get("charts/top").json()
    next_edition(_film(11), value=1)
    assert api.get("charts/top").json() != before
    assert api.get("charts/top", edition=1).json() == before
    assert api.walk("charts/top", edition=1, limit=2) == before["data"]
    refusal(api.get("charts/top", edition=9), 404, "not_found")


# --- rights ------------------------------------------------------------------------------------------------------
@pytest.fixture
def licences(api: Caller) -> dict[str, int]:
    year = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    return {code: make.make_licence(_film(12), territory=code, **year).pk for code in ("GB", "JP", "001")}


def ids(response: Any) -> list[int]:
    return [one["id"] for one in response.json()["data"]]


def test_licences_are_found_by_film_territory_and_moment(api: Caller, licences: dict[str, int]) -> None:
    everything = [licences[code] for code in ("GB", "JP", "001")]
    assert ids(api.get("availability")) == everything
    assert ids(api.get("availability", movie=12)) == everything
    assert ids(api.get("availability", movie=11)) == []
    assert ids(api.get("availability", territory="JP")) == [licences["JP"], licences["001"]]
    assert [item["id"] for item in api.walk("availability", limit=1)] == everything


def test_a_moment_counts_by_the_clock_of_the_territory(api: Caller, licences: dict[str, int]) -> None:
    eve = "2025-12-31T15:00:00Z"  # the new year has come to Tokyo, and to nobody else
    assert ids(api.get("availability", at=eve, territory="JP")) == [licences["JP"], licences["001"]]
    assert ids(api.get("availability", at=eve, territory="GB")) == []
    assert ids(api.get("availability", at=eve)) == [licences["JP"], licences["001"]]
    assert ids(api.get("availability", at="2025-12-31T14:59:59Z")) == []
    over = api.get("availability", territory="JP").json()["data"][0]
    assert over["ends_at"] == "2026-12-31T15:00:00Z"
    assert ids(api.get("availability", at=over["ends_at"], territory="JP")) == []


def test_a_key_of_a_territory_hears_of_no_other(licences: dict[str, int]) -> None:
    narrow = Caller()
    narrow.key.territories = ["GB"]
    narrow.key.save()
    assert ids(narrow.get("availability")) == [licences["GB"], licences["001"]]
    assert "GB" in refusal(narrow.get("availability", territory="JP"), 400, "bad_parameter")["detail"]
    refusal(narrow.get(f"availability/{licences['JP']}"), 404, "not_found")
    assert narrow.get(f"availability/{licences['GB']}").status_code == 200
    rights = narrow.get("movies/12", include="rights").json()["rights"]
    assert [one["id"] for one in rights] == [licences["GB"], licences["001"]]


def test_a_moment_is_that_of_the_territories_of_the_key(licences: dict[str, int]) -> None:
    narrow = Caller()
    PartnerKey.objects.filter(pk=narrow.key.pk).update(territories=["GB"])
    eve = "2025-12-31T15:00:00Z"  # the new year has come to Tokyo, and not to London
    assert ids(narrow.get("availability", at=eve)) == []
    assert ids(narrow.get("availability", at="2026-01-01T00:00:00Z")) == [licences["GB"], licences["001"]]


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-11-28", "2026-02-30T00:00:00Z", "2026-11-28T12:00:00", "1900-01-01T00:00:00Z"]
)
def test_a_moment_that_is_none_is_refused(api: Caller, at: str) -> None:
    assert "at" in refusal(api.get("availability", at=at), 400, "bad_parameter")["detail"]


def test_a_database_that_is_away_is_a_503_also_where_keys_are_looked_up(api: Caller) -> None:
    def away(execute: Any, sql: str, *rest: Any) -> Any:
        raise OperationalError("too many clients")

    with connection.execute_wrapper(away):
        refusal(api.get("movies"), 503, "unavailable")


# --- one's own ---------------------------------------------------------------------------------------------------
def test_a_key_tells_what_it_may_do(api: Caller) -> None:
    body = api.get("key").json()
    assert (body["last_four"], body["scopes"]) == (api.plain[-4:], sorted(PartnerKey.Scope.values))
    assert (body["reads_per_minute"], body["requests_per_month"]) == (600, 1_000_000)
    assert api.plain not in str(body)


def test_usage_is_told_by_day_and_of_nobody_else(api: Caller) -> None:
    today = datetime.now(UTC).date()
    make_usage(api.key, day=today, calls=5)
    make_usage(api.key, day=today, status=304, calls=7)
    make_usage(api.key, day=today - timedelta(days=40), calls=9)
    make_usage(calls=1_000, day=today)
    body = api.get("usage").json()
    assert [(row["status"], row["calls"]) for row in body["data"]] == [(200, 5), (304, 7)]
    assert body["month"] == {"quota": 1_000_000, "used": 5}
    assert sum(row["calls"] for row in api.get("usage", days=41).json()["data"]) == 21
    before = (today - timedelta(days=40)).isoformat()
    assert [row["calls"] for row in api.get("usage", days=1, until=before).json()["data"]] == [9]
    for wrong in ({"days": 93}, {"until": "2026-02-30"}):
        refusal(api.get("usage", **wrong), 400, "bad_parameter")


def test_everybody_may_ask_whether_it_is_us(client: Any) -> None:
    assert client.get("/api/v1/status").json()["edition"] is None
    five_films()
    body = client.get("/api/v1/status").json()
    assert (body["status"], body["edition"], body["versions"]) == ("ok", 1, list(VERSIONS))


# --- versions ----------------------------------------------------------------------------------------------------
def test_the_version_is_the_key_s_unless_the_request_names_one(api: Caller) -> None:
    assert api.get("movies")["Retromovies-Version"] == VERSIONS[-1]
    answer = api.get("movies", {"Retromovies-Version": VERSIONS[0]})
    assert (answer.status_code, answer["Retromovies-Version"]) == (200, VERSIONS[0])
    refused = api.get("movies", {"Retromovies-Version": "2019-01-01"})
    assert VERSIONS[0] in refusal(refused, 400, "unknown_version")["detail"]


def test_what_is_about_to_go_says_so_and_is_away_before_it_goes(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:

    now = datetime.now(UTC)
    going = Deprecation(at=now - timedelta(days=9), sunset=now + timedelta(days=90), docs="https://example.org/new")
    monkeypatch.setattr(Movies, "deprecation", going)
    answer = api.get("movies", limit=1)
    assert answer["Deprecation"] == f"@{int(going.at.timestamp())}"
    assert answer["Sunset"].endswith("GMT")
    assert 'rel="next"' in answer["Link"]
    assert '<https://example.org/new>; rel="deprecation"' in answer["Link"]
    out = Deprecation(going.at, going.sunset, going.docs, brownouts=((now - timedelta(hours=1), timedelta(hours=2)),))
    monkeypatch.setattr(Movies, "deprecation", out)
    refusal(api.get("movies"), 410, "brownout")
    with pytest.raises(ValueError, match="sunset"):
        Deprecation(now, now - timedelta(days=1), going.docs)


def _film(number: int) -> Any:

    return Movie.objects.get(pk=number)
