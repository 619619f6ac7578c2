"""What a member watched is kept with their consent alone; what was seen stays seen; everything can be undone."""

from datetime import timedelta

import pytest

from catalog.errors import NotRecorded
from catalog.models import Play
from catalog.selectors import watching as reads
from catalog.services import plays, preferences
from tests.factories.catalog import make_movie, make_play, make_preferences, make_user
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LENGTH = 6_000


@pytest.fixture
def member():
    return make_preferences(record_plays=True).user


@pytest.fixture
def film():
    return make_movie()


def watch(member, film, position, at=NOON):
    return plays.progress(by=member, movie_id=film.pk, position=position, length=LENGTH, at=at)


def row(member):
    return [play.movie for play in reads.to_go_on(member, 9)]


def test_without_consent_nothing_is_written(film):
    silent = make_user()
    for stranger in (silent, make_preferences(record_plays=False).user):
        assert watch(stranger, film, 60) is None
    assert Play.objects.count() == 0


def test_consent_taken_back_stops_the_writing_and_deletes_nothing_by_itself(member, film):
    watch(member, film, 60)
    preferences.choose(by=member, record_plays=False)
    assert watch(member, film, 120) is None
    assert Play.objects.get().position == 60
    assert row(member) == []
    assert plays.forget(by=member, at=NOON) == 1
    assert Play.objects.count() == 0


def test_where_it_stopped_and_how_far_it_ever_got(member, film):
    watch(member, film, 600)
    watch(member, film, 1_800, NOON + MINUTE)
    play = watch(member, film, 1_200, NOON + 2 * MINUTE)
    assert (play.position, play.furthest, play.length) == (1_200, 1_800, LENGTH)
    assert (play.started_at, play.seen_at) == (NOON, NOON + 2 * MINUTE)
    assert reads.where(member, film.pk) == play
    assert Play.objects.count() == 1


@pytest.mark.parametrize(("said", "kept"), [(-5, 0), (LENGTH + 99, LENGTH)])
def test_a_place_outside_of_the_film_is_its_nearest_end(member, film, said, kept):
    assert watch(member, film, said).position == kept


@pytest.mark.parametrize(("position", "seen"), [(LENGTH * 95 // 100, False), (LENGTH * 95 // 100 + 1, True)])
def test_a_film_is_seen_when_less_than_a_twentieth_is_left(member, film, position, seen):
    assert bool(watch(member, film, position).finished_at) is seen


def test_a_film_seen_again_stays_seen_and_the_new_viewing_is_another_one(member, film):
    first = watch(member, film, LENGTH)
    assert row(member) == []
    again = watch(member, film, 30, NOON + 24 * HOUR)
    first.refresh_from_db()
    assert first.finished_at == NOON
    assert again.finished_at is None
    assert (again.pk != first.pk, row(member)) == (True, [film])


def test_the_credits_and_a_look_back_are_no_second_viewing(member, film):
    first = watch(member, film, LENGTH - 100)
    assert watch(member, film, LENGTH, NOON + MINUTE) == first
    assert watch(member, film, LENGTH // 2, NOON + 2 * MINUTE) == first
    assert Play.objects.count() == 1
    assert watch(member, film, 5, NOON + 3 * MINUTE) != first  # from its beginning it is


def test_the_row_has_the_latest_first_and_leaves_out_what_has_not_begun(member):
    films = [make_movie() for _ in range(3)]
    for place, one in enumerate(films):
        watch(member, one, 60 * place, NOON + place * MINUTE)
    assert row(member) == [films[2], films[1]]
    watch(member, films[1], 61, NOON + HOUR)
    assert row(member) == [films[1], films[2]]


def test_taken_out_of_the_row_and_put_back(member, film):
    play = watch(member, film, 600)
    plays.remove(by=member, play_id=play.pk, at=NOON)
    assert row(member) == []
    assert Play.objects.get().position == 600
    plays.restore(by=member, play_id=play.pk, at=NOON)
    assert row(member) == [film]
    plays.remove(by=member, play_id=play.pk, at=NOON)
    watch(member, film, 700, NOON + MINUTE)  # whoever goes on wants it back
    assert row(member) == [film]


def test_marked_as_seen_by_hand_and_taken_back(member, film):
    play = watch(member, film, 600)
    seen = plays.mark_seen(by=member, play_id=play.pk, at=NOON + HOUR)
    assert (seen.finished_at, seen.by_hand, seen.furthest) == (NOON + HOUR, True, 600)
    assert row(member) == []
    back = plays.unmark_seen(by=member, play_id=play.pk, at=NOON + HOUR)
    assert (back.finished_at, back.by_hand, row(member)) == (None, False, [film])


def test_what_was_seen_here_to_its_end_is_not_taken_back(member, film):
    play = watch(member, film, LENGTH)
    with pytest.raises(NotRecorded, match="stays"):
        plays.unmark_seen(by=member, play_id=play.pk, at=NOON)
    assert plays.mark_seen(by=member, play_id=play.pk, at=NOON + HOUR).finished_at == NOON


def test_a_mark_is_not_taken_back_over_a_viewing_begun_since(member, film):
    play = watch(member, film, 600)
    plays.mark_seen(by=member, play_id=play.pk, at=NOON)
    watch(member, film, 20, NOON + HOUR)
    with pytest.raises(NotRecorded, match="begun this film anew"):
        plays.unmark_seen(by=member, play_id=play.pk, at=NOON + HOUR)


def test_nobody_touches_what_another_one_watched(member):
    foreign = make_play()
    for act in (plays.remove, plays.restore, plays.mark_seen, plays.unmark_seen, plays.forget_one):
        with pytest.raises(NotRecorded):
            act(by=member, play_id=foreign.pk, at=NOON)
    assert Play.objects.get().removed_at is None
