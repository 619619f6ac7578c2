"""Viewings and alerts: what the database never takes, and that an erasure takes them all."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Alert, Play
from tests.catalog.test_erasure import erase
from tests.factories.catalog import make_alert, make_movie, make_play, make_user
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"position": 21}, "within_its_length"),
        ({"furthest": 61}, "within_its_length"),
        ({"position": 0, "furthest": 0, "length": 0}, "within_its_length"),
        ({"seen_at": NOON - HOUR}, "seen_after_start"),
        ({"by_hand": True}, "by_hand_is_finished"),
    ],
)
def test_no_viewing_is_longer_than_its_film_or_earlier_than_its_start(wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_play(**wrong)


def test_a_member_has_one_open_viewing_of_a_film_and_any_number_of_finished_ones():
    member, film = make_user(), make_movie()
    make_play(member, film, finished_at=NOON)
    make_play(member, film, finished_at=NOON + HOUR)
    make_play(member, film)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_play(member, film)
    assert Play.objects.filter(user=member).open().count() == 1
    assert Play.objects.filter(user=member).finished().count() == 2


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [({"read_at": NOON}, "read_is_found"), ({"found_at": NOON - HOUR}, "found_after")],
)
def test_nothing_is_read_that_was_not_found_nor_found_before_it_was_asked(wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_alert(**wrong)


def test_a_film_is_awaited_once_in_a_territory():
    member, film = make_user(), make_movie()
    make_alert(member, film)
    make_alert(member, film, territory="FR")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_alert(member, film)


def test_an_erasure_takes_viewings_and_alerts():
    member = make_user()
    make_play(member), make_alert(member)
    kept = make_play(), make_alert()
    tombstone = erase(member)
    assert (Play.objects.get(), Alert.objects.get()) == kept
    assert {"catalog_play", "catalog_alert"} <= set(tombstone.counts)
