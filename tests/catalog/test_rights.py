"""Rights: a territory's own and the world's, from the first day to the last, and what leaves soon."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Movie
from catalog.selectors import browsing, films
from catalog.selectors.browsing import Choice
from catalog.territories import WORLD
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)


@pytest.fixture
def film():
    return make.make_movie()


def licence(film, territory="GB", first=TODAY - 100 * DAY, last=TODAY + 100 * DAY):
    return make.make_licence(film, territory=territory, starts_on=first, ends_on=last)


def plays(film, territory="GB", day=TODAY):
    """Whether the film may be shown, as each of the four reads says."""
    answers = {
        films.playable(Movie.objects.all(), territory, day).filter(pk=film.pk).exists(),
        films.rights(film, territory, day).now is not None,
        browsing.films(Choice(playable_in=territory, day=day)).filter(pk=film.pk).exists(),
        films.count_playable(territory, day) == 1,
    }
    assert len(answers) == 1
    return answers.pop()


# --- where -------------------------------------------------------------------------------------------------------
def test_without_a_licence_a_film_plays_nowhere(film):
    assert not plays(film)
    assert films.rights(film, "GB", TODAY) == films.Rights(None, None, None, False)


def test_a_territory_has_its_own_rights_and_no_others(film):
    held = licence(film, "GB")
    assert plays(film, "GB")
    assert not plays(film, "FR")
    assert films.rights(film, "GB", TODAY) == films.Rights(held, None, None, True)
    assert films.rights(film, "FR", TODAY) == films.Rights(None, None, None, True)


def test_rights_for_the_world_hold_everywhere(film):
    licence(film, WORLD)
    assert all(plays(film, territory) for territory in ("GB", "FR", "JP"))


def test_two_rights_at_once_are_one_film(film):
    longest = licence(film, WORLD, last=TODAY + 200 * DAY)
    licence(film, "GB")
    assert plays(film)
    assert films.rights(film, "GB", TODAY).now == longest


# --- when --------------------------------------------------------------------------------------------------------
def test_the_first_and_the_last_day_are_included(film):
    licence(film, first=TODAY, last=TODAY + 2 * DAY)
    shown = [plays(film, day=TODAY + n * DAY) for n in range(-1, 4)]
    assert shown == [False, True, True, True, False]


def test_a_licence_of_one_day(film):
    licence(film, first=TODAY, last=TODAY)
    assert [plays(film, day=TODAY + n * DAY) for n in (-1, 0, 1)] == [False, True, False]


def test_ended_and_coming_rights_say_when(film):
    licence(film, first=TODAY - 90 * DAY, last=TODAY - 60 * DAY)
    ended = licence(film, first=TODAY - 50 * DAY, last=TODAY - DAY)
    coming = licence(film, first=TODAY + DAY, last=TODAY + 9 * DAY)
    licence(film, WORLD, first=TODAY + 20 * DAY, last=TODAY + 90 * DAY)
    assert films.rights(film, "GB", TODAY) == films.Rights(None, coming, ended, False)
    assert not plays(film)
    assert films.rights(film, "FR", TODAY).ended is None


def test_the_database_refuses_rights_that_end_before_they_start(film):
    with pytest.raises(IntegrityError), transaction.atomic():
        licence(film, first=TODAY, last=TODAY - DAY)


# --- leaving soon ------------------------------------------------------------------------------------------------
def leaving(territory="GB", most=10):
    return films.leaving(territory, TODAY, most)


def test_what_ends_within_thirty_days_is_leaving():
    for days in (-1, 0, 30, 31):
        licence(make.make_movie(f"In {days} days"), last=TODAY + days * DAY)
    assert [(film.title, day) for film, day in leaving()] == [
        ("In 0 days", TODAY),
        ("In 30 days", TODAY + 30 * DAY),
    ]


def test_a_film_leaves_with_its_last_right():
    """Rights for the world end in five days, those for Britain a fortnight later: only that is the farewell."""
    film = make.make_movie()
    licence(film, WORLD, last=TODAY + 5 * DAY)
    licence(film, "GB", last=TODAY + 19 * DAY)
    assert leaving() == [(film, TODAY + 19 * DAY)]
    assert leaving("FR") == [(film, TODAY + 5 * DAY)]
    assert leaving("JP", most=0) == []


def test_a_film_with_a_longer_or_a_later_right_is_not_leaving():
    longer, renewed = make.make_movie(), make.make_movie()
    licence(longer, "GB", last=TODAY + 5 * DAY)
    licence(longer, WORLD, last=TODAY + 300 * DAY)
    licence(renewed, "GB", last=TODAY + 5 * DAY)
    licence(renewed, "GB", first=TODAY + 6 * DAY, last=TODAY + 300 * DAY)
    assert leaving() == []


def test_a_right_that_has_not_begun_is_not_leaving(film):
    licence(film, first=TODAY + DAY, last=TODAY + 9 * DAY)
    assert leaving() == []


def test_ended_rights_beside_do_not_confuse(film):
    licence(film, first=TODAY - 90 * DAY, last=TODAY - 60 * DAY)
    licence(film, WORLD, first=TODAY - 50 * DAY, last=TODAY + 3 * DAY)
    assert leaving() == [(film, TODAY + 3 * DAY)]


def test_the_soonest_leave_first_and_of_one_day_the_better_film():
    made = make.small_catalogue(3)
    for film, days in zip(made, (9, 4, 4), strict=True):
        film.licences.all().delete()
        licence(film, last=TODAY + days * DAY)
    assert [film for film, _ in leaving()] == [made[1], made[2], made[0]]
    assert [film for film, _ in leaving(most=2)] == [made[1], made[2]]
