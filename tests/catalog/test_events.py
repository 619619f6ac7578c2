"""Each change is told once, in one order, to those it concerns."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from catalog import queue
from catalog.models import Delivery, Event, Licence, Movie
from catalog.selectors import untold
from catalog.services import events
from mlops import audit
from mlops.ports import SYSTEM
from tests.catalog.learned import serve, small_model
from tests.catalog.webhooks import announce, kinds, listening, told
from tests.factories import catalog as make
from tests.factories import partners as make_partners
from tests.factories.mlops import NOON, make_candidate

pytestmark = pytest.mark.django_db
Kind = Event.Kind
DAY = timedelta(days=1)


@pytest.fixture
def now() -> Any:
    return timezone.now()


def saved(row: Any, **values: Any) -> Any:
    """A row changed as forms do, with its history."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


# --- films -------------------------------------------------------------------------------------------------------
def test_a_film_that_came_changed_and_went_is_told_three_times_with_what_changed(now: Any) -> None:
    film = make.make_movie("Laura", year=1944)
    number = film.pk
    saved(film, title="Laura!", certificate="PG")
    film.delete()
    assert announce(now) == 3
    assert told(Kind.MOVIE_UPDATED) == [
        {"movie": number, "change": "added", "fields": list(untold.PUBLIC)},
        {"movie": number, "change": "changed", "fields": ["title", "certificate"]},
        {"movie": number, "change": "removed", "fields": []},
    ]


def test_what_partners_do_not_see_is_no_event_and_is_looked_at_once(now: Any) -> None:
    film = make.make_movie("Laura")
    announce(now)
    saved(film, source_row=None)
    film.save()
    assert announce(now) == 2, "looked at"
    assert kinds() == ["movie.updated"]
    assert announce(now) == 0


def test_of_a_film_whose_state_before_is_not_on_record_all_may_have_changed(now: Any) -> None:
    """A bulk load leaves no history."""
    film = Movie(title="Laura", year=1944)
    film.derive()
    Movie.objects.bulk_create([film])
    saved(Movie.objects.get(), title="Laura!")
    announce(now)
    (data,) = told(Kind.MOVIE_UPDATED)
    assert (data["change"], data["fields"]) == ("changed", list(untold.PUBLIC))


# --- rights ------------------------------------------------------------------------------------------------------
def licence(first: Any, last: Any, territory: str = "DE", **given: Any) -> Licence:
    return make.make_licence(starts_on=first, ends_on=last, territory=territory, **given)


def test_a_licence_that_came_changed_and_went_is_told_of_its_territory(now: Any) -> None:
    far = (now + 100 * DAY).date()
    row = licence(far, far + 50 * DAY)
    film, number = row.movie_id, row.pk
    saved(row, ends_on=far + 60 * DAY)
    row.save()
    row.delete()
    announce(now)
    base = {"movie": film, "licence": number, "territory": "DE"}
    assert told(Kind.RIGHTS_CHANGED) == [base | {"change": word} for word in ("added", "changed", "removed")]
    assert set(Event.objects.filter(kind=Kind.RIGHTS_CHANGED).values_list("territory", flat=True)) == {"DE"}


def test_a_licence_that_moves_to_another_territory_is_lost_to_the_first(now: Any) -> None:
    far = (now + 100 * DAY).date()
    row = licence(far, far + 50 * DAY)
    announce(now)
    saved(row, territory="FR")
    announce(now)
    moved = [(data["territory"], data["change"]) for data in told(Kind.RIGHTS_CHANGED)]
    assert moved[0] == ("DE", "added")
    assert sorted(moved[1:]) == [("DE", "removed"), ("FR", "changed")]
    assert announce(now) == 0


def test_what_a_territory_lost_is_told_together_with_what_another_got_however_little_is_told_at_once(
    now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Afterwards nothing would find it: the row is told."""
    monkeypatch.setattr(events, "AT_ONCE", 1)
    far = (now + 100 * DAY).date()
    rows = [licence(far, far + 50 * DAY) for _ in range(12)]  # so that one number begins as another one does
    announce(now)
    for row in rows:
        saved(row, territory="FR", _history_date=now)  # at one moment
    announce(now)
    moved = [(data["licence"], data["territory"]) for data in told(Kind.RIGHTS_CHANGED)][12:]
    assert sorted(moved) == sorted((row.pk, code) for row in rows for code in ("DE", "FR"))


@pytest.mark.parametrize(
    ("territory", "moment", "told_of"),
    [
        ("JP", "2026-11-28T14:59:00+00:00", False),  # still the 28th in Tokyo: the 6th of December is eight days away
        ("JP", "2026-11-28T15:00:00+00:00", True),  # the 29th there
        ("US", "2026-11-29T04:59:00+00:00", False),
        ("US", "2026-11-29T05:00:00+00:00", True),
    ],
)
def test_the_first_day_is_near_by_the_clock_of_its_own_territory(territory: str, moment: str, told_of: bool) -> None:
    at = timezone.datetime.fromisoformat(moment)
    day = timezone.datetime(2026, 12, 6).date()
    row = licence(day, day + 100 * DAY, territory)
    announce(at)
    begins = {"JP": "2026-12-05T15:00:00Z", "US": "2026-12-06T05:00:00Z"}[territory]
    wanted = {"movie": row.movie_id, "licence": row.pk, "territory": territory, "starts_at": begins}
    assert told(Kind.RIGHTS_STARTING) == ([wanted] if told_of else [])


def test_a_last_day_is_told_once_and_again_when_it_moves(settings: Any) -> None:
    settings.RIGHTS_NOTICE_DAYS = 3
    last = NOON.date() + 3 * DAY
    row = licence(last - 300 * DAY, last)
    announce()
    announce(NOON + timedelta(hours=1))
    assert len(told(Kind.RIGHTS_ENDING)) == 1
    saved(row, ends_on=last - DAY)
    announce(NOON + timedelta(hours=2))
    ends = [data["ends_at"] for data in told(Kind.RIGHTS_ENDING)]
    assert ends == [f"{last:%Y-%m-%d}T22:00:00Z", f"{last - DAY:%Y-%m-%d}T22:00:00Z"], "when it is over in Berlin"


# --- charts, models, imports -------------------------------------------------------------------------------------
def test_an_edition_is_told_with_its_figures() -> None:
    make.small_catalogue(3)
    announce(NOON + timedelta(minutes=1))
    assert told(Kind.CHART_PUBLISHED) == [{"edition": 1, "films": 3, "rank_changes": 3}]


def test_what_begins_to_serve_and_what_is_rolled_back_is_told() -> None:
    version = make_candidate()
    with audit.governed():
        audit.record("version.promoted", f"version:{version.label}", by=SYSTEM, at=NOON)
        facts = {"version": version.label, "serves": None}
        audit.record("deployment.rolled_back", "deployment:1", by=SYSTEM, at=NOON + timedelta(hours=1), **facts)
    announce(NOON + timedelta(hours=2))
    announce(NOON + timedelta(hours=3))
    assert told(Kind.MODEL_PROMOTED) == [{"version": version.label, "serves": version.label}]
    assert told(Kind.MODEL_ROLLED_BACK) == [{"version": version.label, "serves": None}]


def test_a_real_promotion_is_told_by_its_label() -> None:
    version = serve(small_model(make.small_catalogue(6)))
    announce(timezone.now())
    announce(NOON + timedelta(days=1))
    assert {"version": version.label, "serves": version.label} in told(Kind.MODEL_PROMOTED)


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED", "CANCELLED", "EXPIRED"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_an_import_that_ended_is_told_to_its_partner(state: str, dry_run: bool) -> None:
    row = make_partners.make_partner_import(state=state, ended_at=NOON, dry_run=dry_run, lines=3, added=2, rejected=1)
    announce(NOON + timedelta(minutes=1))
    found = Event.objects.filter(kind=Kind.BULK_COMPLETED)
    assert [event.partner for event in found] == ([] if dry_run or state in ("CANCELLED", "EXPIRED") else [row.partner])
    for event in found:
        counts = {"lines": 3, "added": 2, "updated": 0, "unchanged": 0, "not_found": 0, "rejected": 1}
        assert event.data == {"import": row.uid, "state": state.lower(), "test": False} | counts


# --- once, in one order ------------------------------------------------------------------------------------------
def test_what_happened_first_is_told_first(now: Any) -> None:
    make.make_movie("Second")
    make.small_catalogue(2)  # its edition is of NOON, long ago or to come
    announce(max(now, NOON) + timedelta(minutes=1))
    moments = list(Event.objects.order_by("seq").values_list("at", flat=True))
    assert moments == sorted(moments)


def test_a_row_that_was_committed_late_is_told_all_the_same(now: Any) -> None:
    """Its number and its moment lie before what was told already: only its absence finds it."""
    make.make_movie("Early")
    late = Movie.history.first()
    announce(now)
    copy = {field.attname: getattr(late, field.attname) for field in late._meta.fields if field.name != "history_id"}
    History = apps.get_model("catalog", "HistoricalMovie")
    History.objects.create(**copy | {"history_date": now - timedelta(minutes=5), "id": late.id + 1000})
    assert announce(now) == 1


def test_what_is_older_than_the_feed_promises_is_not_looked_for(now: Any) -> None:
    make.make_movie("Old")
    assert announce(now + timedelta(days=15)) == 0


def test_a_run_that_is_killed_leaves_nothing_and_the_next_one_tells_all(now: Any) -> None:
    listening("https://93.184.215.14/hooks")
    for title in "abc":
        make.make_movie(title)

    for _ in range(2):
        with transaction.atomic():
            assert events.announce(at=now) == 3
            transaction.set_rollback(True)
        assert not Event.objects.exists()
    assert announce(now) == 3
    assert (Event.objects.count(), Delivery.objects.count()) == (3, 3)


def test_a_run_is_bounded_and_the_next_goes_on(now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "AT_ONCE", 2)
    for title in "abcde":
        make.make_movie(title)
    assert [events.announce(at=now) for _ in range(4)] == [2, 2, 1, 0]
    assert [data["movie"] for data in told(Kind.MOVIE_UPDATED)] == sorted(Movie.objects.values_list("pk", flat=True))


def test_the_more_endpoints_listen_the_fewer_events_are_told_at_once(
    now: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """What is written at once is bounded by the deliveries too, and what is left is asked for soon."""
    monkeypatch.setattr(events, "DELIVERIES", 7)
    for _ in range(3):
        listening("https://93.184.215.14/hooks")
    for title in "abc":
        make.make_movie(title)

    def asked_for() -> tuple[int, int, bool]:
        with django_capture_on_commit_callbacks() as asked:
            whole = events.announce(at=now)
        return whole, Delivery.objects.count(), any(queue.ANNOUNCE in nudge.args for nudge in asked)

    assert [asked_for() for _ in range(2)] == [(2, 6, True), (1, 9, False)]
    monkeypatch.setattr(events, "DELIVERIES", 2)
    make.make_movie("d")
    assert asked_for() == (1, 12, True), "one at least"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_tell_each_change_once_and_in_order() -> None:
    for number in range(20):
        make.make_movie(f"Film {number}")
    at, start = timezone.now(), threading.Barrier(4)

    def run() -> None:
        start.wait()
        try:
            for _ in range(3):
                events.announce(at=at)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    origins = list(Event.objects.order_by("seq").values_list("origin", flat=True))
    assert len(origins) == len(set(origins)) == 20
    assert origins == sorted(origins, key=lambda origin: int(origin.partition(":")[2]))


def test_old_events_go_with_their_deliveries(now: Any) -> None:
    listening("https://93.184.215.14/hooks")
    make.make_movie("Old")
    announce(now)
    make.make_movie("New")
    announce(now + timedelta(days=2))
    assert events.thin(at=now + timedelta(days=31)) == 1
    assert [event.data["movie"] for event in Event.objects.all()] == [Movie.objects.get(title="New").pk]
    assert Delivery.objects.count() == 1
