"""The diary: days known and unknown, films seen again, corrections."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog.errors import BadWords, NotKept, TooMany, UnknownMovie
from catalog.models import User, Viewing
from catalog.services import diary
from tests.factories.catalog import make_movie, make_user
from tests.factories.keeping import make_viewing
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def member() -> User:
    return make_user()


def seen(member: User, film: int, day: date | None) -> Viewing:
    at = NOON + timedelta(minutes=Viewing.objects.count())  # each time it is another press
    return diary.note_viewing(movie_id=film, seen_on=day, by=member, at=at)


def test_seen_again_follows_from_the_days_and_not_from_the_order_of_noting(member: User) -> None:
    film = make_movie().pk
    second, first, same_day = (seen(member, film, day) for day in (TODAY, TODAY - timedelta(9), TODAY))
    seen(make_user(), film, date(1999, 1, 1))  # another member's does not count
    other = seen(member, make_movie().pk, TODAY)
    again = dict(Viewing.objects.told_again().filter(user=member).values_list("pk", "again"))
    assert again == {first.pk: False, second.pk: True, same_day.pk: True, other.pk: False}


def test_an_unknown_day_comes_before_every_day(member: User) -> None:
    film = make_movie().pk
    known, unknown, twice = seen(member, film, date(1900, 1, 1)), seen(member, film, None), seen(member, film, None)
    again = dict(Viewing.objects.told_again().values_list("pk", "again"))
    assert again == {unknown.pk: False, twice.pk: True, known.pk: True}


def test_a_line_is_corrected(member: User) -> None:
    line = seen(member, make_movie().pk, TODAY)
    diary.change_viewing(viewing_id=line.pk, seen_on=None, note=" with Anna ", by=member, at=NOON)
    line.refresh_from_db()
    assert (line.seen_on, line.note, line.recorded_at) == (None, "with Anna", NOON)
    with pytest.raises(NotKept):
        diary.change_viewing(viewing_id=line.pk, seen_on=None, note="", by=make_user(), at=NOON)


def test_one_button_pressed_twice_is_one_line(member: User) -> None:
    film = make_movie()
    noted = [
        diary.note_viewing(movie_id=film.pk, seen_on=NOON.date(), note=note, by=member, at=NOON + timedelta(seconds=s))
        for s, note in ((0, ""), (2, ""), (3, "again, with Anna"), (9, ""))
    ]
    assert [noted.index(line) for line in noted] == [0, 0, 2, 3]


def test_days_that_cannot_be(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    film = make_movie().pk
    seen(member, film, (NOON + timedelta(hours=14)).date())  # it is tomorrow already somewhere on earth
    with pytest.raises(BadWords, match="still to come") as refused:
        seen(member, film, TODAY + timedelta(days=2))
    assert refused.value.field == "seen_on"
    with pytest.raises(BadWords, match="first films are of 1888"):
        seen(member, film, date(1887, 12, 31))
    with pytest.raises(UnknownMovie):
        seen(member, 999_999, TODAY)
    assert diary.MOST_VIEWINGS == 50_000
    monkeypatch.setattr(diary, "MOST_VIEWINGS", 1)
    with pytest.raises(TooMany, match="holds 1 lines at most"):
        seen(member, film, TODAY)


@pytest.mark.parametrize("wrong", [{"seen_on": date(1887, 12, 31)}, {"title": ""}])
def test_the_database_refuses(member: User, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_viewing(member, **wrong)


def test_a_film_that_leaves_the_catalogue_stays_in_the_diary_by_name(member: User) -> None:
    film = make_movie("Vertigo", year=1958)
    line = seen(member, film.pk, TODAY)
    film.delete()
    line.refresh_from_db()
    assert (line.movie, line.title, line.year) == (None, "Vertigo", 1958)
