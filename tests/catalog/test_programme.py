"""A film plays until the end of the last licence that follows without a night between; what is renewed has not just come."""

from datetime import UTC, date, datetime, timedelta

import pytest

from catalog.selectors import programme
from catalog.selectors.programme import unbroken
from catalog.territories import WORLD
from tests.factories.catalog import make_licence, make_movie

TODAY, DAY = date(2026, 6, 15), timedelta(days=1)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def days(first, last):
    return TODAY + first * DAY, TODAY + last * DAY


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([], None),
        ([(0, 0)], (0, 0)),
        ([(1, 5)], None),
        ([(-5, -1)], None),
        ([(-5, 3), (4, 9)], (-5, 9)),  # the next day
        ([(-5, 3), (5, 9)], (-5, 3)),  # a night in between
        ([(4, 9), (-5, 3)], (-5, 9)),
        ([(-9, 9), (-5, 3), (10, 12)], (-9, 12)),  # one inside another
        ([(-9, -1), (0, 3)], (-9, 3)),
        ([(-9, -2), (0, 3)], (0, 3)),
        ([(-9, -2), (1, 3)], None),
    ],
)
def test_windows_that_follow_one_another_are_one(windows, expected):
    found = unbroken([days(*window) for window in windows], TODAY)
    assert found == (days(*expected) if expected else None)


def test_for_ever_is_followed_by_nothing():
    assert unbroken([(TODAY, date.max), (TODAY + DAY, date.max)], TODAY) == (TODAY, date.max)


@pytest.mark.django_db
def test_a_showing_ends_with_the_last_night_of_its_territory():
    film = make_movie()
    make_licence(film, territory=WORLD, starts_on=TODAY, ends_on=TODAY + DAY)
    make_licence(film, territory="US", starts_on=TODAY + 2 * DAY, ends_on=TODAY + 3 * DAY)
    british, american = (programme.showing(film.pk, code, NOON) for code in ("GB", "US"))
    assert (british.ends_at, british.days_left) == (datetime(2026, 6, 16, 23, tzinfo=UTC), 1)
    assert (american.ends_at, american.days_left) == (datetime(2026, 6, 19, 4, tzinfo=UTC), 3)
    assert programme.showing(make_movie().pk, "GB", NOON) is None


@pytest.mark.django_db
def test_what_has_just_come_is_new_and_what_was_renewed_is_not():
    new, renewed, back, old, ahead = (make_movie(title) for title in ("New", "Renewed", "Back", "Old", "Ahead"))
    make_licence(new, starts_on=TODAY - 2 * DAY)
    make_licence(renewed, starts_on=TODAY - 90 * DAY, ends_on=TODAY - 3 * DAY)
    make_licence(renewed, territory=WORLD, starts_on=TODAY - 2 * DAY)
    make_licence(back, starts_on=TODAY - 90 * DAY, ends_on=TODAY - 5 * DAY)
    make_licence(back, starts_on=TODAY)
    make_licence(old, starts_on=TODAY - 30 * DAY)
    make_licence(ahead, starts_on=TODAY + DAY)
    make_licence(make_movie("Abroad"), territory="FR", starts_on=TODAY - DAY)
    assert programme.arrived("GB", TODAY) == [(back, TODAY), (new, TODAY - 2 * DAY)]
