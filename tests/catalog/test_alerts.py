"""A film somebody waits for is found on the first day on which it plays where they watch; one click on, one click off."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from catalog.errors import CatalogError, UnknownMovie
from catalog.models import Alert
from catalog.selectors import watching as reads
from catalog.services import alerts
from catalog.territories import WORLD
from tests.factories.catalog import make_alert, make_licence, make_movie, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)
HOUR = timedelta(hours=1)
BEFORE = datetime(2026, 6, 1, tzinfo=UTC)


def wait(film, territory="GB", by=None):
    return alerts.ask(by=by or make_user(), movie_id=film.pk, territory=territory, at=BEFORE)


def found(at):
    alerts.find(at=at)
    return sorted(Alert.objects.filter(found_at__isnull=False).values_list("territory", flat=True))


def test_a_film_is_found_with_the_first_second_of_its_first_day_in_each_territory():
    film = make_movie()
    make_licence(film, territory=WORLD, starts_on=DAY, ends_on=DAY + timedelta(days=9))
    for territory in ("JP", "GB", "US"):
        wait(film, territory)
    assert found(datetime(2026, 6, 30, 14, 59, 59, tzinfo=UTC)) == []
    assert found(datetime(2026, 6, 30, 15, tzinfo=UTC)) == ["JP"]
    assert found(datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC)) == ["JP"]
    assert found(datetime(2026, 6, 30, 23, tzinfo=UTC)) == ["GB", "JP"]
    assert found(datetime(2026, 7, 1, 4, tzinfo=UTC)) == ["GB", "JP", "US"]
    assert alerts.find(at=datetime(2026, 7, 1, 5, tzinfo=UTC)) == 0  # each once


def test_rights_taken_back_while_a_worker_looks_find_nothing():
    alert, licence = wait(film := make_movie()), make_licence(film)

    def just_before(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "catalog_alert" in sql:
            licence.delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(just_before):
        assert alerts.find(at=BEFORE) == 0
    alert.refresh_from_db()
    assert alert.found_at is None


def test_rights_elsewhere_find_nothing():
    wait(film := make_movie())
    make_licence(film, territory="FR")
    wait(make_movie())
    assert alerts.find(at=BEFORE) == 0


def test_the_count_is_of_what_came_and_was_not_read():
    member = make_user()
    film = make_movie()
    wait(film, by=member)
    make_licence(film)
    assert reads.unread(member) == 0
    alerts.find(at=BEFORE)
    assert (reads.unread(member), reads.unread(make_user())) == (1, 0)
    assert alerts.read(by=member, at=BEFORE) == 1
    assert reads.unread(member) == 0
    [(alert, showing)] = reads.notices(member, BEFORE)
    assert (alert.movie, showing.last) == (film, date(2030, 12, 31))


def test_asked_again_after_it_came_one_waits_anew_and_asked_twice_once():
    member, film = make_user(), make_movie()
    first = wait(film, by=member)
    assert wait(film, by=member) == first
    Alert.objects.update(found_at=BEFORE + HOUR, read_at=BEFORE + HOUR)
    again = alerts.ask(by=member, movie_id=film.pk, territory="GB", at=BEFORE + 2 * HOUR)
    assert (again.found_at, again.read_at, again.asked_at) == (None, None, BEFORE + 2 * HOUR)
    assert Alert.objects.count() == 1


def test_one_click_takes_it_off_and_only_ones_own():
    film = make_movie()
    alert, foreign = make_alert(movie=film), make_alert(movie=film)
    assert alerts.take_off(by=alert.user, movie_id=film.pk, territory="GB", at=BEFORE)
    assert not alerts.take_off(by=alert.user, movie_id=film.pk, territory="GB", at=BEFORE)
    assert Alert.objects.get() == foreign


def test_nobody_waits_for_nothing_or_nowhere():
    with pytest.raises(UnknownMovie, match="number 999"):
        alerts.ask(by=make_user(), movie_id=999, territory="GB", at=BEFORE)
    with pytest.raises(CatalogError, match="XX is no territory"):
        alerts.ask(by=make_user(), movie_id=make_movie().pk, territory="XX", at=BEFORE)
