"""What was taken away comes back as it was: place, note, dates, number."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model

from catalog.errors import NotKept, UnknownMovie
from catalog.models import FilmList, ListEntry, Rating, Removal, User, Viewing
from catalog.services import diary, entries, erasure, lists, ratings, removals, tallies, undo
from mlops.models import Job
from tests.catalog.test_erasure import REASON, staff
from tests.factories.catalog import make_member_rating, make_movie, make_user
from tests.factories.keeping import make_entry, make_feed_link, make_list, make_removal, make_viewing, make_watchlist
from tests.factories.mlops import NOON
from tests.leftovers import in_database

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def member() -> User:
    return make_user()


def everything(*models: type[Model]) -> list[list[tuple[Any, ...]]]:
    """Every column of every row; a list's time of change is no part of what it holds."""
    columns = [[f.attname for f in model._meta.concrete_fields if f.name != "changed_at"] for model in models]
    return [list(m._default_manager.order_by("pk").values_list(*c)) for m, c in zip(models, columns, strict=True)]


def back(removal: Removal | None, member: User) -> undo.Undone:
    assert removal is not None
    return undo.undo(removal_id=removal.pk, by=member, at=LATER + timedelta(days=2))


def test_films_taken_off_come_back_to_their_places_in_any_order(member: User) -> None:
    kept = make_list(member)
    made = [make_entry(kept, make_movie(letter), note=f"why {letter}", added_at=NOON) for letter in "ABCDE"]
    before = everything(ListEntry)
    for undone in ([1, 2, 4], [4, 2, 1], [2, 1, 4]):
        gone = {n: entries.take_off(entry_id=made[n].pk, by=member, at=LATER) for n in (2, 1, 4)}
        assert kept.entries.count() == 2
        for n in undone:
            assert back(gone[n], member).row.pk == made[n].pk
        assert everything(ListEntry) == before


def test_a_film_comes_back_before_those_that_came_meanwhile(member: User) -> None:
    kept = make_list(member, films=[make_movie("A"), make_movie("B")])
    last = kept.entries.get(title="B")
    gone = entries.take_off(entry_id=last.pk, by=member, at=LATER)
    entries.add_film(list_id=kept.pk, movie_id=make_movie("C").pk, by=member, at=LATER)
    back(gone, member)
    assert list(kept.entries.order_by("position").values_list("title", flat=True)) == ["A", "B", "C"]


def test_a_film_put_on_again_meanwhile_is_there_once_with_its_first_date(member: User) -> None:
    film = make_movie("B")
    kept = make_watchlist(member, films=[make_movie("A"), film, make_movie("C")])
    kept.entries.filter(movie=film).update(note="before Easter")
    before = everything(ListEntry)
    gone = entries.take_off(entry_id=kept.entries.get(movie=film).pk, by=member, at=LATER)
    entries.add_film(list_id=kept.pk, movie_id=film.pk, by=member, at=LATER)
    back(gone, member)
    assert everything(ListEntry) == before


def test_a_whole_list_comes_back_with_its_link(member: User) -> None:
    kept = make_list(member, title="Rain", token="t" * 32, note="All wet", films=[make_movie() for _ in range(4)])
    entries.take_off(entry_id=kept.entries.get(position=2).pk, by=member, at=LATER)
    before = everything(FilmList, ListEntry)
    gone = lists.delete_list(list_id=kept.pk, by=member, at=LATER)
    assert everything(FilmList, ListEntry) == [[], []]
    assert back(gone, member).what == "Rain"
    assert everything(FilmList, ListEntry) == before


def test_a_film_of_a_list_that_is_gone_waits_for_its_list(member: User) -> None:
    kept = make_list(member, films=[make_movie("A")])
    film = entries.take_off(entry_id=kept.entries.get().pk, by=member, at=LATER)
    whole = lists.delete_list(list_id=kept.pk, by=member, at=LATER)
    with pytest.raises(NotKept, match="bring the list back first"):
        back(film, member)
    back(whole, member)
    back(film, member)
    assert kept.entries.count() == 1


def test_a_line_of_the_diary_comes_back_with_its_day(member: User) -> None:
    viewing = make_viewing(member, seen_on=date(1999, 12, 31), note="at midnight")
    before = everything(Viewing)
    gone = diary.take_out(viewing_id=viewing.pk, by=member, at=LATER)
    assert everything(Viewing) == [[]]
    back(gone, member)
    assert everything(Viewing) == before


def test_a_rating_comes_back_with_its_own_time_and_the_tally_with_it(member: User) -> None:
    film = make_movie()
    given = make_member_rating(film, by=member, value=9, at=NOON)
    gone = undo.withdraw_rating(movie_id=film.pk, by=member, at=LATER)
    assert not Rating.objects.exists()
    back(gone, member)
    rating = Rating.objects.get()
    assert (rating.value, rating.rated_at, rating.rater) == (9, given.rated_at, given.rater)
    assert rating.recorded_at > LATER  # what was known when is not written anew
    assert tallies.differences() == []
    assert undo.withdraw_rating(movie_id=make_movie().pk, by=member, at=LATER) is None


def test_a_rating_that_was_changed_comes_back_until_another_is_given(member: User) -> None:
    film = make_movie()
    given = make_member_rating(film, by=member, value=9, at=NOON)
    assert undo.rate_movie(movie_id=film.pk, by=member, at=LATER, value=9) is None
    ratings.bring_rating(movie_id=film.pk, by=member, at=LATER, value=9, rated_at=given.rated_at)
    changed = undo.rate_movie(movie_id=film.pk, by=member, at=LATER, value=3)
    again = undo.rate_movie(movie_id=film.pk, by=member, at=LATER + timedelta(hours=1), value=4)
    with pytest.raises(NotKept, match="the later rating stands"):
        back(changed, member)
    back(again, member)
    back(changed, member)
    rating = Rating.objects.get()
    assert (rating.value, rating.rated_at) == (9, given.rated_at)
    assert tallies.differences() == []


def test_a_later_rating_stands(member: User) -> None:
    film = make_movie()
    make_member_rating(film, by=member, value=9)
    gone = undo.withdraw_rating(movie_id=film.pk, by=member, at=LATER)
    ratings.rate_movie(movie_id=film.pk, by=member, at=LATER, value=3)
    with pytest.raises(NotKept, match="the later rating stands"):
        back(gone, member)
    assert Rating.objects.get().value == 3
    assert Removal.objects.count() == 1  # it can still be had, once the later one is taken back


def test_what_an_editor_took_out_meanwhile_comes_back_by_name_alone(member: User) -> None:
    film = make_movie("Vertigo")
    kept = make_list(member, films=[film])
    line = make_viewing(member, film)
    make_member_rating(film, by=member)
    rating = undo.withdraw_rating(movie_id=film.pk, by=member, at=LATER)
    one = entries.take_off(entry_id=kept.entries.get().pk, by=member, at=LATER)
    two = diary.take_out(viewing_id=line.pk, by=member, at=LATER)
    film.delete()
    back(one, member)
    back(two, member)
    assert (kept.entries.get().title, kept.entries.get().movie) == ("Vertigo", None)
    assert (Viewing.objects.get().title, Viewing.objects.get().movie) == ("Vertigo", None)
    with pytest.raises(UnknownMovie, match="not in the catalogue any more"):
        back(rating, member)


def test_nothing_comes_back_twice_or_to_another_member(member: User) -> None:
    gone = diary.take_out(viewing_id=make_viewing(member).pk, by=member, at=LATER)
    with pytest.raises(NotKept):
        back(gone, make_user())
    back(gone, member)
    with pytest.raises(NotKept, match="brought back already"):
        back(gone, member)
    assert Viewing.objects.count() == 1


def test_what_was_taken_away_is_let_go_after_a_month_or_two_hundred_acts(member: User) -> None:
    old = make_removal(member, removed_at=LATER - timedelta(days=31))
    with pytest.raises(NotKept, match="too long ago"):
        undo.undo(removal_id=old.pk, by=member, at=LATER)
    for _ in range(205):
        newest = removals.remember(kind="RATING", what="x", rows={}, by=member, at=LATER)
    assert not Removal.objects.filter(pk=old.pk).exists()
    assert Removal.objects.filter(user=member).count() == 200
    assert Removal.objects.filter(pk=newest.pk).exists()
    assert removals.forget(by=member, kinds=("LIST",)) == 0
    assert removals.forget(by=member) == 200


def test_an_erasure_takes_all_that_was_kept() -> None:
    user = make_user("zyxkeeper")
    film = make_movie()
    kept = make_list(user, title="Zyxlist", note="Zyxnote", token="zyxtoken" * 4, films=[film])
    make_watchlist(user, films=[film])
    make_viewing(user, film, note="Zyxdiary")
    make_feed_link(user, token="zyxfeed" * 4)
    lists.delete_list(list_id=make_list(user, title="Zyxgone").pk, by=user, at=NOON)
    entries.change_film(entry_id=kept.entries.get().pk, note="Zyxentry", by=user, at=NOON)
    words = ["Zyxlist", "Zyxnote", "zyxtoken", "Zyxdiary", "zyxfeed", "Zyxgone", "Zyxentry"]
    assert set(in_database(words)) == set(words)
    erasure.erase_member(subject=user.subject_id, reason=REASON, by=staff(), at=NOON)
    assert in_database(words) == {}
    assert not Job.objects.filter(payload__icontains="Zyx").exists()
