"""The changes feed: every change once and in order, by a cursor that never ends, and nobody else's."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Event
from catalog.models.webhooks import TOLD
from catalog.services.events import thin
from tests.catalog.api_calls import Caller, refusal
from tests.factories.partners import make_event

pytestmark = pytest.mark.django_db
Kind = Event.Kind


@pytest.fixture
def api() -> Caller:
    return Caller()


def events(number: int, kind: str = Kind.MOVIE_UPDATED, *, ago: timedelta = timedelta(0), **given: Any) -> list[Event]:
    moment = timezone.now() - ago
    return [make_event(kind, at=moment, written_at=moment, data={"movie": n}, **given) for n in range(number)]


def ids(body: dict[str, Any]) -> list[str]:
    return [item["id"] for item in body["data"]]


def uids(found: list[Event]) -> list[str]:
    return [event.uid for event in found]


def test_changes_come_oldest_first_and_the_cursor_goes_on_for_ever(api: Caller) -> None:
    first = events(5)
    page = api.get("changes", limit=3).json()
    assert (ids(page), page["has_more"]) == (uids(first)[:3], True)
    page = api.get("changes", limit=3, cursor=page["next_cursor"]).json()
    assert (ids(page), page["has_more"]) == (uids(first)[3:], False)
    at_end = page["next_cursor"]
    assert ids(api.get("changes", limit=3, cursor=at_end).json()) == []
    later = events(2)
    assert ids(api.get("changes", limit=3, cursor=at_end).json()) == uids(later)


def test_an_empty_feed_has_a_cursor_too(api: Caller) -> None:
    page = api.get("changes").json()
    assert (page["data"], page["has_more"]) == ([], False)
    found = events(1)
    assert ids(api.get("changes", cursor=page["next_cursor"]).json()) == uids(found)


def test_an_item_says_what_and_when_and_no_more(api: Caller) -> None:
    (event,) = events(1)
    (item,) = api.get("changes").json()["data"]
    assert item.keys() == {"id", "kind", "at", "data"}
    assert (item["kind"], item["data"]) == ("movie.updated", {"movie": 0})
    assert datetime.fromisoformat(item["at"]) == event.at


def test_a_walk_with_a_filter_does_not_read_what_it_passed_over_again(api: Caller) -> None:
    events(3, Kind.CHART_PUBLISHED)
    wanted = events(1)
    events(3, Kind.CHART_PUBLISHED)
    page = api.get("changes", kind="movie.updated,model.promoted").json()
    assert ids(page) == uids(wanted)
    later = events(1)
    assert ids(api.get("changes", kind="movie.updated,model.promoted", cursor=page["next_cursor"]).json()) == uids(
        later
    )
    assert api.get("changes", kind="movie.updated", cursor=page["next_cursor"]).status_code in (400, 404)


def test_since_a_moment(api: Caller) -> None:
    events(2, ago=timedelta(days=3))
    recent = events(2, ago=timedelta(hours=1))
    moment = (timezone.now() - timedelta(days=1)).isoformat()
    page = api.get("changes", since=moment).json()
    assert ids(page) == uids(recent)
    later = events(1)
    assert ids(api.get("changes", since=moment, cursor=page["next_cursor"]).json()) == uids(later)


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-11-28", "2026-11-28T12:00:00", "2026-02-31T00:00:00Z", "9999-12-31T23:59:59Z", "1"]
)
def test_since_is_an_rfc_3339_moment(api: Caller, since: str) -> None:
    refusal(api.get("changes", since=since), 400, "bad_parameter")


def test_since_too_long_ago_says_the_remedy(api: Caller) -> None:
    moment = (timezone.now() - timedelta(days=14, minutes=1)).isoformat()
    body = refusal(api.get("changes", since=moment), 410, "changes_gone")
    assert "14 days" in body["detail"]
    assert "anew" in body["detail"]


def test_a_walk_begun_by_since_goes_on_when_that_moment_is_long_ago(api: Caller, monkeypatch: Any) -> None:
    moment = (timezone.now() - timedelta(days=13)).isoformat()
    page = api.get("changes", since=moment).json()
    ahead = timezone.now() + timedelta(days=20)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    assert api.get("changes", since=moment, cursor=page["next_cursor"]).status_code == 200


def test_a_cursor_so_old_that_something_may_be_missing_is_refused(api: Caller) -> None:
    from catalog.api.changes import _place
    from catalog.api.errors import Refused
    from catalog.api.pagination import Walk

    now = timezone.now()
    assert _place(Walk(50, None, [7, now.date().isoformat()]), now + timedelta(days=29)) == 7
    with pytest.raises(Refused) as refused:
        _place(Walk(50, None, [7, now.date().isoformat()]), now + timedelta(days=30))
    assert refused.value.code == "changes_gone"


def test_a_cursor_in_the_midst_is_as_old_as_the_last_change_it_passed(api: Caller, monkeypatch: Any) -> None:
    """What follows that change is let go when it is 30 days old, however lately the page was asked for."""
    passed = events(3, ago=timedelta(days=20))
    events(1)
    page = api.get("changes", limit=2).json()
    ahead = timezone.now() + timedelta(days=9)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    assert ids(api.get("changes", limit=2, cursor=page["next_cursor"]).json())[0] == passed[2].uid
    later = ahead + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    thin(at=later)
    refusal(api.get("changes", limit=2, cursor=page["next_cursor"]), 410, "changes_gone")


def test_a_walk_that_begins_with_all_there_is_can_go_on_for_a_day_at_least(api: Caller, monkeypatch: Any) -> None:
    """What is about to be let go is no beginning: its cursor would be too old at once."""
    events(2, ago=timedelta(days=29, hours=23))
    kept = events(3, ago=timedelta(days=27, hours=23))
    page = api.get("changes", limit=2).json()
    assert ids(page) == uids(kept)[:2]
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert ids(api.get("changes", limit=2, cursor=page["next_cursor"]).json()) == uids(kept)[2:]


@pytest.mark.parametrize(
    "kind", ["endpoint.test", "nothing", "movie", "movie.updated,", "movie.updated,x", "MOVIE.UPDATED"]
)
def test_a_kind_that_is_not_told_is_refused(api: Caller, kind: str) -> None:
    refusal(api.get("changes", kind=kind), 400, "bad_parameter")


def test_tests_of_endpoints_and_what_was_nothing_are_not_told(api: Caller) -> None:
    events(1, Kind.TEST)
    events(1, Kind.TEST, partner=api.key.partner)
    events(1, Kind.NOTHING)
    assert api.get("changes").json()["data"] == []


def test_what_is_a_partners_own_is_told_to_it_alone(api: Caller) -> None:
    other = Caller()
    now = timezone.now()
    own = {
        test: make_event(Kind.BULK_COMPLETED, at=now, written_at=now, partner=api.key.partner, data={"test": test})
        for test in (False, True)
    }
    assert ids(api.get("changes").json()) == [own[False].uid]
    assert ids(other.get("changes").json()) == []
    api.key.test = True
    api.key.save()
    assert ids(api.get("changes").json()) == [own[True].uid], "what a key for trying out caused, it alone hears of"


def test_a_key_of_some_territories_hears_of_their_rights_alone(api: Caller) -> None:
    by_code = {code: events(1, Kind.RIGHTS_CHANGED, territory=code)[0].uid for code in ("DE", "FR", "001", "")}
    assert set(ids(api.get("changes").json())) == set(by_code.values())
    api.key.territories = ["DE"]
    api.key.save()
    assert ids(api.get("changes").json()) == [by_code["DE"], by_code["001"], by_code[""]]
    assert api.get("changes/latest").json()["rights"]


def test_nothing_new_is_304_and_something_new_is_not(api: Caller) -> None:
    events(1)
    answer = api.get("changes")
    assert answer["Last-Modified"]
    same = {"If-None-Match": answer["ETag"]}
    assert api.get("changes", headers=same).status_code == 304
    events(1)
    assert api.get("changes", headers=same).status_code == 200


def test_the_link_leads_on(api: Caller) -> None:
    events(1)
    answer = api.get("changes", kind="movie.updated")
    address = answer["Link"].removeprefix("<http://testserver").partition(">")[0]
    assert answer["Link"].endswith('rel="next"')
    assert api.get(address).json()["data"] == []


def test_when_each_collection_last_changed(api: Caller) -> None:
    assert api.get("changes/latest").json() == dict.fromkeys(("movies", "charts", "rights", "models"))
    found = {
        name: events(1, kind, ago=timedelta(minutes=n))[0].at
        for n, (name, kind) in enumerate(
            {
                "movies": Kind.MOVIE_UPDATED,
                "charts": Kind.CHART_PUBLISHED,
                "rights": Kind.RIGHTS_ENDING,
                "models": Kind.MODEL_ROLLED_BACK,
            }.items()
        )
    }
    answer = api.get("changes/latest")
    assert {name: datetime.fromisoformat(at) for name, at in answer.json().items()} == found
    assert api.get("changes/latest", headers={"If-None-Match": answer["ETag"]}).status_code == 304


RIGHTS = {Kind.RIGHTS_STARTING, Kind.RIGHTS_ENDING, Kind.RIGHTS_CHANGED}
OPENS = {
    "catalog:read": ({Kind.MOVIE_UPDATED, Kind.MODEL_PROMOTED, Kind.MODEL_ROLLED_BACK}, {"movies", "models"}),
    "charts:read": ({Kind.CHART_PUBLISHED}, {"charts"}),
    "rights:read": (RIGHTS, {"rights"}),
    "ratings:read": ({Kind.BULK_COMPLETED}, set()),
    "ratings:write": ({Kind.BULK_COMPLETED}, set()),
    "webhooks:write": (set(), set()),
}


@pytest.mark.parametrize("scope", OPENS)
def test_a_key_hears_of_what_its_scope_opens_and_of_nothing_else(scope: str) -> None:
    api = Caller(scope)
    for kind in Kind.values:
        events(1, kind)
    heard, collections = OPENS[scope]
    assert {item["kind"] for item in api.get("changes").json()["data"]} == heard
    assert {name for name, at in api.get("changes/latest").json().items() if at} == collections


def test_a_kind_whose_scope_the_key_lacks_is_refused_by_name() -> None:
    api = Caller("catalog:read")
    body = refusal(api.get("changes", kind="movie.updated,rights.changed"), 403, "scope_missing")
    assert "rights:read" in body["detail"]
    assert api.get("changes", kind="movie.updated").status_code == 200


def test_every_kind_that_is_told_has_a_scope() -> None:
    assert set(TOLD) == set().union(*(kinds for kinds, _ in OPENS.values()))
    assert len(TOLD) == 8
