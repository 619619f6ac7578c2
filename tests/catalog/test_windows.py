"""Rights begin and end with the day of their own territory, to the second: from UTC−11 to UTC+14, daylight saving too."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from catalog import territories
from catalog.models import Licence, Movie
from catalog.selectors import films
from catalog.territories import WORLD, day_at, day_in, days_at, end_of, first_moment
from tests.factories.catalog import make_licence, make_movie

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
PLAIN = date(2026, 1, 15)
# Zone, first day of the window, last day, and how many hours these two last.
EDGES = [
    ("Pacific/Pago_Pago", PLAIN, date(2026, 2, 28), 24, 24),  # UTC−11
    ("Pacific/Honolulu", PLAIN, date(2027, 12, 31), 24, 24),  # UTC−10
    ("Pacific/Marquesas", PLAIN, date(2028, 2, 29), 24, 24),  # UTC−9:30
    ("America/New_York", date(2026, 3, 8), date(2026, 11, 1), 23, 25),
    ("America/St_Johns", date(2026, 3, 8), date(2026, 11, 1), 23, 25),  # UTC−3:30 and −2:30
    ("America/Santiago", date(2026, 9, 6), date(2027, 4, 3), 23, 25),  # set forward at midnight: no 00:00 that day
    ("America/Sao_Paulo", date(2018, 11, 4), date(2019, 2, 16), 23, 25),  # the last years with daylight saving
    ("America/Sao_Paulo", PLAIN, date(2026, 12, 31), 24, 24),
    ("Atlantic/Azores", date(2026, 3, 29), date(2026, 10, 25), 23, 25),  # changes at midnight
    ("UTC", PLAIN, PLAIN, 24, 24),
    ("Europe/London", date(2026, 3, 29), date(2026, 10, 25), 23, 25),
    ("Europe/Berlin", date(2026, 3, 29), date(2026, 10, 25), 23, 25),
    ("Europe/Madrid", date(2027, 3, 28), date(2027, 10, 31), 23, 25),
    ("Africa/Cairo", date(2026, 4, 24), date(2026, 10, 29), 23, 25),  # set forward at midnight
    ("Asia/Kolkata", PLAIN, date(2026, 3, 31), 24, 24),  # UTC+5:30
    ("Asia/Kathmandu", PLAIN, date(2026, 3, 31), 24, 24),  # UTC+5:45
    ("Asia/Tokyo", PLAIN, date(2026, 3, 31), 24, 24),
    ("Australia/Lord_Howe", date(2026, 10, 4), date(2027, 4, 4), 23.5, 24.5),  # half an hour
    ("Pacific/Chatham", date(2026, 9, 27), date(2027, 4, 4), 23, 25),  # UTC+12:45 and +13:45
    ("Pacific/Apia", date(2011, 12, 29), date(2011, 12, 31), 24, 24),  # the 30th never was
    ("Pacific/Kiritimati", PLAIN, date(2026, 3, 31), 24, 24),  # UTC+14
]
CASES = pytest.mark.parametrize(("name", "first", "last", "first_hours", "last_hours"), EDGES)


def lasts(zone: tzinfo, day: date) -> float:
    return (end_of(zone, day) - first_moment(zone, day)) / HOUR


@CASES
def test_a_day_lasts_as_long_as_its_clock_says(name, first, last, first_hours, last_hours):
    zone = ZoneInfo(name)
    assert (lasts(zone, first), lasts(zone, last)) == (first_hours, last_hours)
    for day in (first, last):
        begins, ends = first_moment(zone, day), end_of(zone, day)
        assert day_in(zone, begins - SECOND) < day == day_in(zone, begins)
        assert day_in(zone, ends - SECOND) == day < day_in(zone, ends)


@pytest.mark.django_db
@CASES
def test_a_window_holds_from_the_first_second_of_its_first_day_to_the_last_of_its_last(
    name, first, last, first_hours, last_hours, monkeypatch
):
    zone = ZoneInfo(name)
    monkeypatch.setitem(territories.ZONES, "GB", zone)
    film = make_movie()
    held = make_licence(film, starts_on=first, ends_on=last)
    begins, ends = first_moment(zone, first), end_of(zone, last)
    moments = {
        begins - SECOND: False,
        begins: True,
        begins + (ends - begins) / 2: True,
        ends - SECOND: True,
        ends: False,
    }
    for at, expected in moments.items():
        day = day_at("GB", at)
        answers = {
            films.playable(Movie.objects.all(), "GB", day).exists(),
            films.rights(film, "GB", day).now == held,
            Licence.objects.in_force(at).exists(),
            films.count_playable("GB", day) == 1,
        }
        assert answers == {expected}, at
    state = [
        (Licence.objects.coming(at).exists(), Licence.objects.over(at).exists())
        for at in (begins - SECOND, begins, ends - SECOND, ends)
    ]
    assert state == [(True, False), (False, False), (False, False), (False, True)]


def test_a_day_that_never_was_has_no_moment():
    assert lasts(ZoneInfo("Pacific/Apia"), date(2011, 12, 30)) == 0


@pytest.mark.django_db
def test_what_is_for_the_whole_world_ends_for_each_visitor_with_their_own_day():
    film = make_movie()
    make_licence(film, territory=WORLD, starts_on=PLAIN, ends_on=PLAIN)

    def plays_in(at: datetime) -> str:
        here = [code for code in ("JP", "DE", "GB", "BR", "US") if films.rights(film, code, day_at(code, at)).now]
        return " ".join(here)

    evening = datetime(2026, 1, 14, 15, tzinfo=UTC)  # midnight in Tokyo
    assert plays_in(evening - SECOND) == ""
    assert plays_in(evening) == "JP"
    assert plays_in(datetime(2026, 1, 14, 23, tzinfo=UTC)) == "JP DE"
    assert plays_in(datetime(2026, 1, 15, 5, tzinfo=UTC)) == "JP DE GB BR US"
    assert plays_in(datetime(2026, 1, 15, 15, tzinfo=UTC)) == "DE GB BR US"
    assert plays_in(datetime(2026, 1, 16, 4, 59, 59, tzinfo=UTC)) == "US"
    assert plays_in(datetime(2026, 1, 16, 5, tzinfo=UTC)) == ""


def test_every_territory_has_a_clock_and_it_is_two_days_at_most_at_once():
    assert territories.ZONES.keys() == territories.TERRITORIES.keys()
    for hour in range(0, 24 * 366, 7):
        days = list(days_at(datetime(2026, 1, 1, tzinfo=UTC) + hour * HOUR))
        assert 1 <= len(days) <= 2
        assert sorted(code for _, codes in days for code in codes) == sorted(territories.ZONES)


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date.max, date.min])
def test_a_licence_for_ever_ends_with_the_calendar(day):
    for zone in (ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")):
        assert first_moment(zone, day) < end_of(zone, day)
