"""How often keys may ask, what the answers say of it, and the record of calls; with a real store, and with none."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from catalog.bulk import folders
from catalog.models import ApiCall, KeyUse, PartnerImport, PartnerPlay, Rater, Rating, Usage
from catalog.services import calls, limits, trying_out
from tests.catalog.api_calls import Caller, five_films, refusal
from tests.factories.catalog import make_rating
from tests.factories.partners import make_call, make_partner_import, make_partner_play, make_partner_rater, make_usage

pytestmark = pytest.mark.django_db
HEADERS = {"RateLimit-Policy", "RateLimit", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
HEADERS |= {"X-Quota-Limit", "X-Quota-Used"}


@pytest.fixture
def api(valkey: str) -> Caller:
    """A partner at a site whose store of counters is there."""
    five_films()
    return Caller()


def test_a_key_has_so_many_requests_a_minute_and_sees_what_is_left(api: Caller, settings: Any) -> None:
    settings.API_PER_MINUTE = 2
    first = api.get("movies")
    assert (first["X-RateLimit-Limit"], first["X-RateLimit-Remaining"]) == ("2", "1")
    assert first["RateLimit-Policy"] == '"read";q=2;w=60'
    assert re.fullmatch(r'"read";r=1;t=\d+', first["RateLimit"])
    assert api.get("movies").status_code == 200
    refused = api.get("charts/top")
    refusal(refused, 429, "rate_limited")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["X-RateLimit-Remaining"] == "0"
    assert Caller().get("movies").status_code == 200, "another key has its own"


def test_a_partner_may_have_terms_of_its_own(api: Caller) -> None:
    api.key.partner.per_minute, api.key.partner.monthly_quota = 7, 9
    api.key.partner.save()
    answer = api.get("movies")
    assert (answer["X-RateLimit-Limit"], answer["X-Quota-Limit"], answer["X-Quota-Used"]) == ("7", "9", "1")


def test_all_keys_of_a_partner_share_a_month(api: Caller, settings: Any) -> None:
    settings.API_PER_MONTH = 2
    second = Caller()
    second.key.partner = api.key.partner
    second.key.save()
    assert [api.get("movies").status_code, second.get("movies").status_code] == [200, 200]
    refused = api.get("movies")
    refusal(refused, 429, "quota_used_up")
    assert int(refused["Retry-After"]) > 60 or datetime.now(UTC).day >= 28
    assert refused["X-Quota-Used"] == "2"
    assert refused["X-RateLimit-Remaining"] == str(settings.API_PER_MINUTE - 1), "a refusal costs no request"


def test_a_month_that_the_store_forgot_is_restored_from_the_days_on_record(api: Caller) -> None:
    today = datetime.now(UTC).date()
    make_usage(api.key, day=today.replace(day=1), calls=40)
    make_usage(api.key, day=today, status=304, calls=900)
    make_usage(api.key, day=today.replace(day=1) - timedelta(days=1), calls=7)
    assert api.get("movies")["X-Quota-Used"] == "41"
    assert api.get("movies")["X-Quota-Used"] == "42"


@pytest.mark.parametrize("address", ["movies", "movies/12", "movies?colour=red", "movies/99", "webhooks"])
def test_every_answer_to_a_key_says_what_is_left(api: Caller, address: str) -> None:
    assert api.get(address).headers.keys() >= HEADERS


def test_whatever_a_key_may_not_do_is_counted_and_limited(api: Caller, settings: Any) -> None:
    settings.API_PER_MINUTE = 2
    reader = Caller("catalog:read")
    for left in ("1", "0"):
        answer = reader.get("webhooks")
        refusal(answer, 403, "scope_missing")
        assert answer["X-RateLimit-Remaining"] == left
    refusal(reader.get("webhooks"), 429, "rate_limited")


@pytest.mark.parametrize("address", ["movies", "movies/12"])
def test_an_answer_304_is_free(api: Caller, settings: Any, address: str) -> None:
    settings.API_PER_MINUTE = 2
    mark = api.get(address)["ETag"]
    for _ in range(5):
        answer = api.get(address, {"If-None-Match": mark})
        assert (answer.status_code, answer["X-RateLimit-Remaining"], answer["X-Quota-Used"]) == (304, "1", "1")


def test_head_and_get_share_what_reading_has(api: Caller, settings: Any) -> None:
    settings.API_PER_MINUTE = 2
    assert [api.send("head", "movies").status_code, api.get("movies").status_code] == [200, 200]
    assert api.send("head", "movies").status_code == 429


def test_without_a_store_everyone_may_pass_and_nothing_is_told(settings: Any) -> None:
    five_films()
    api, settings.API_PER_MINUTE = Caller(), 1
    for _ in range(3):
        response = api.get("movies")
        assert response.status_code == 200
        assert not HEADERS & response.headers.keys()


def test_of_500_at_once_exactly_as_many_pass_as_may(api: Caller, settings: Any) -> None:
    settings.API_PER_MINUTE = 100
    at = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)
    limits.take(key=api.key, bucket="read", at=at - timedelta(minutes=1))  # whatever asks the database is asked
    with ThreadPoolExecutor(32) as pool:
        taken = list(pool.map(lambda _: limits.take(key=api.key, bucket="read", at=at), range(500)))
    passed = [one for one in taken if one and not one.refused]
    assert len(passed) == 100
    assert sorted(one.used for one in passed) == list(range(1, 101))
    later = limits.take(key=api.key, bucket="read", at=at + timedelta(minutes=1))
    assert later is not None
    assert later.used == 1, "each minute begins anew"


# --- the record --------------------------------------------------------------------------------------------------
def test_every_answer_is_found_by_its_id_and_counted_by_day(api: Caller) -> None:
    answers = [api.get("movies"), api.get("movies"), api.get("movies/99"), api.get("charts/top?colour=red")]
    unknown = api.get("movies", {"Authorization": "Bearer rmk_live_nothing"})
    assert calls.write(at=datetime.now(UTC)) == 5
    found = ApiCall.objects.get(request_id=answers[2]["X-Request-Id"])
    assert (found.key, found.method, found.path) == (api.key, "GET", "/api/v1/movies/99")
    assert (found.operation, found.status, found.code, found.address) == ("movie", 404, "not_found", "127.0.0.1")
    assert ApiCall.objects.get(request_id=unknown["X-Request-Id"]).key is None
    counts = Usage.objects.filter(key=api.key).order_by("operation").values_list("operation", "status", "calls")
    assert list(counts) == [("movie", 404, 1), ("movies", 200, 2), ("topChart", 400, 1)]
    assert KeyUse.objects.get(key=api.key).last_used_from == "127.0.0.1"
    api.get("movies")
    calls.write(at=datetime.now(UTC))
    assert Usage.objects.get(key=api.key, operation="movies").calls == 3


def test_the_record_holds_neither_keys_nor_queries(api: Caller) -> None:
    api.get("movies?q=third+man")
    lines = cache.pop(calls.LIST, 10)  # type: ignore[attr-defined]
    assert len(lines) == 1
    assert "third" not in lines[0]
    assert api.plain not in lines[0]


def test_single_calls_go_after_a_while_and_counts_stay(settings: Any, noon: datetime) -> None:
    settings.API_LOG_DAYS = 30
    old, young = make_call(at=noon - timedelta(days=31)), make_call(at=noon - timedelta(days=29))
    make_usage(old.key, day=(noon - timedelta(days=31)).date())
    assert calls.forget_old(at=noon) == 1
    assert list(ApiCall.objects.all()) == [young]
    assert Usage.objects.count() == 1


def test_the_record_names_no_viewer(api: Caller) -> None:
    answer = api.get("users/ida/ratings/12")
    calls.write(at=datetime.now(UTC))
    assert ApiCall.objects.get(request_id=answer["X-Request-Id"]).path == "/api/v1/users/…/ratings/12"


def test_what_was_tried_out_is_gone_the_next_day_and_nothing_else(noon: datetime) -> None:
    tried, real = make_partner_rater(test=True), make_partner_rater()
    for rater in (tried, real):
        make_rating(rater=rater)
        make_partner_play(rater)
    assert trying_out.clear(at=noon) == 1
    assert list(Rater.objects.filter(kind="PARTNER")) == [real]
    assert (Rating.objects.count(), PartnerPlay.objects.count()) == (1, 1)


def test_imports_that_were_tried_out_are_gone_the_next_day_when_they_have_ended(noon: datetime) -> None:
    over = {"state": PartnerImport.State.COMPLETED, "ended_at": noon}
    ended, waits, live = (
        make_partner_import(test=True, **over),
        make_partner_import(test=True),
        make_partner_import(**over),
    )
    for sent in (ended, waits, live):
        folders.receive(sent.uid, [b"x"])
    trying_out.clear(at=noon)
    assert set(PartnerImport.objects.all()) == {waits, live}
    assert [folders.of(sent.uid).exists() for sent in (ended, waits, live)] == [False, True, True]
