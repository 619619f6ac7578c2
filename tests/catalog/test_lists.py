"""Lists: order, notes, links, copies; and nothing is lost when two windows change one list."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog.errors import BadWords, NotKept, TooMany, UnknownMovie
from catalog.models import FilmList, ListEntry, Movie, User
from catalog.selectors.kept import shared
from catalog.services import entries, lists, watchlist
from tests.factories.catalog import make_movie, make_user
from tests.factories.keeping import make_entry, make_list, make_watchlist
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def member() -> User:
    return make_user()


def order(film_list: FilmList) -> list[str]:
    return list(film_list.entries.order_by("position").values_list("title", flat=True))


def lettered(member: User, letters: str = "ABCDE") -> FilmList:
    return make_list(member, films=[make_movie(letter) for letter in letters])


def entry(film_list: FilmList, title: str) -> int:
    return film_list.entries.get(title=title).pk


def test_a_film_is_put_at_the_end_and_only_once(member: User) -> None:
    kept, film = lettered(member, "AB"), make_movie("C")
    made, new = entries.add_film(list_id=kept.pk, movie_id=film.pk, by=member, at=LATER, note="with Anna")
    again, twice = entries.add_film(list_id=kept.pk, movie_id=film.pk, by=member, at=LATER)
    assert (order(kept), new, twice, again) == (["A", "B", "C"], True, False, made)
    kept.refresh_from_db()
    assert (made.note, made.added_at, kept.changed_at) == ("with Anna", LATER, LATER)


@pytest.mark.parametrize(
    ("title", "how", "after"),
    [
        ("D", {"up": 1}, "ABDCE"),
        ("B", {"up": -1}, "ACBDE"),
        ("A", {"up": 1}, "ABCDE"),
        ("E", {"up": -1}, "ABCDE"),
        ("E", {"place": 1}, "EABCD"),
        ("A", {"place": 5}, "BCDEA"),
        ("A", {"place": 99}, "BCDEA"),
        ("C", {"place": -7}, "CABDE"),
        ("B", {"place": 4}, "ACDBE"),
    ],
)
def test_a_film_moves_to_where_it_is_sent(member: User, title: str, how: dict[str, int], after: str) -> None:
    kept = lettered(member)
    entries.move_film(entry_id=entry(kept, title), by=member, at=LATER, **how)  # type: ignore[arg-type]
    assert "".join(order(kept)) == after


def test_moves_among_free_places_do_what_they_do_to_a_row_of_cards(member: User) -> None:
    """Against a plain Python list, with rows taken off and put back in between."""
    draw, kept = random.Random(7), lettered(member, "ABCDEFGH")
    cards = order(kept)
    for _ in range(60):
        title = draw.choice(cards)
        if draw.random() < 0.15 and len(cards) > 3:
            entries.take_off(entry_id=entry(kept, title), by=member, at=LATER)
            cards.remove(title)
        else:
            place = draw.randint(1, len(cards))
            entries.move_film(entry_id=entry(kept, title), place=place, by=member, at=LATER)
            cards.remove(title)
            cards.insert(place - 1, title)
        assert order(kept) == cards


def test_two_windows_move_the_same_list_and_both_moves_are_done(member: User) -> None:
    kept = lettered(member)
    first, second = entry(kept, "E"), entry(kept, "A")  # both windows show A B C D E
    entries.move_film(entry_id=first, place=1, by=member, at=LATER)
    entries.move_film(entry_id=second, up=-1, by=member, at=LATER)
    assert order(kept) == ["E", "B", "A", "C", "D"]


def test_another_members_list_is_no_list_of_mine(member: User) -> None:
    theirs = make_list(make_user(), films=[make_movie("A")])
    one = theirs.entries.get().pk
    for act in (
        lambda: entries.add_film(list_id=theirs.pk, movie_id=make_movie().pk, by=member, at=LATER),
        lambda: entries.move_film(entry_id=one, up=1, by=member, at=LATER),
        lambda: entries.take_off(entry_id=one, by=member, at=LATER),
        lambda: entries.change_film(entry_id=one, note="mine", by=member, at=LATER),
        lambda: lists.delete_list(list_id=theirs.pk, by=member, at=LATER),
        lambda: lists.share_list(list_id=theirs.pk, by=member, at=LATER),
    ):
        with pytest.raises(NotKept):
            act()
    assert order(theirs) == ["A"]


def test_words_that_cannot_be_kept_are_named(member: User) -> None:
    kept = lettered(member, "A")
    with pytest.raises(BadWords, match="title of 1 to 200") as refused:
        lists.make_list(title="  ", by=member, at=NOON)
    assert refused.value.field == "title"
    with pytest.raises(BadWords, match="2,000 characters at most; this one has 2,001"):
        entries.change_film(entry_id=entry(kept, "A"), note="x" * 2001, by=member, at=NOON)
    with pytest.raises(UnknownMovie):
        entries.add_film(list_id=kept.pk, movie_id=999_999, by=member, at=NOON)


def test_limits_are_large_and_said(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (entries.MOST_ENTRIES, lists.MOST_LISTS) == (10_000, 500)
    monkeypatch.setattr(entries, "MOST_ENTRIES", 2)
    monkeypatch.setattr(lists, "MOST_LISTS", 1)
    kept = lettered(member, "AB")
    with pytest.raises(TooMany, match="holds 2 films at most"):
        entries.add_film(list_id=kept.pk, movie_id=make_movie().pk, by=member, at=NOON)
    with pytest.raises(TooMany, match="1 lists are the most"):
        lists.make_list(title="One more", by=member, at=NOON)


def test_the_watchlist_is_one_and_stays(member: User) -> None:
    film = make_movie()
    _, new = watchlist.keep_for_later(movie_id=film.pk, by=member, at=NOON)
    _, twice = watchlist.keep_for_later(movie_id=film.pk, by=member, at=LATER)
    assert (new, twice) == (True, False)
    kept = FilmList.objects.get(user=member, is_watchlist=True)
    with pytest.raises(NotKept, match="The watchlist stays"):
        lists.delete_list(list_id=kept.pk, by=member, at=LATER)
    assert watchlist.drop(movie_id=film.pk, by=member, at=LATER) is not None
    assert watchlist.drop(movie_id=film.pk, by=member, at=LATER) is None
    assert not kept.entries.exists()


def test_a_link_is_made_renewed_and_taken_away(member: User) -> None:
    kept = lettered(member, "AB")
    assert not kept.shared
    first = lists.share_list(list_id=kept.pk, by=member, at=NOON).token
    second = lists.share_list(list_id=kept.pk, by=member, at=NOON).token
    assert first != second
    assert min(len(first), len(second)) >= 32  # 24 random bytes: nobody guesses them
    gone = lists.unshare_list(list_id=kept.pk, by=member, at=NOON)
    assert (gone.token, gone.shared) == ("", False)
    with pytest.raises(NotKept, match="leads to no list"):
        lists.clone_list(token=second, by=make_user(), at=NOON)
    with pytest.raises(NotKept):
        lists.clone_list(token="", by=make_user(), at=NOON)


def test_what_a_closed_account_shared_is_closed_with_it(member: User) -> None:
    made = make_list(member, films=[make_movie()], token="t" * 32)
    assert shared(made.token) == made
    member.is_active = False
    member.save()
    assert shared(made.token) is None
    with pytest.raises(NotKept):
        lists.clone_list(token=made.token, by=make_user(), at=NOON)


def test_one_button_pressed_twice_makes_one_list(member: User) -> None:
    soon, later = NOON + timedelta(seconds=2), NOON + timedelta(seconds=9)
    first, second, third = (lists.make_list(title="Rain", by=member, at=at) for at in (NOON, soon, later))
    assert first == second != third
    assert lists.make_list(title="Snow", by=member, at=later) != third
    theirs = make_list(title="Theirs", films=[make_movie()], token="t" * 32)
    copies = [lists.clone_list(token=theirs.token, by=member, at=at) for at in (NOON, soon)]
    assert copies[0] == copies[1]
    assert copies[0].entries.count() == 1


def test_signs_that_nothing_shows_are_not_kept(member: User) -> None:
    made = lists.make_list(title="\x00Rain\x0b \U0001f327", note="a\x01b\r\n\u202e\ufffec", by=member, at=NOON)
    assert (made.title, made.note) == ("Rain \U0001f327", "ab\n\u202ec")
    with pytest.raises(BadWords, match="needs a title"):
        lists.make_list(title="\x00\x07", by=member, at=NOON)


def test_a_copy_is_ones_own(member: User) -> None:
    theirs = make_list(title="Rain", token="t" * 32, note="All wet", numbered=True)
    for letter in "ABC":
        make_entry(theirs, make_movie(letter), note=f"note {letter}")
    entries.take_off(entry_id=entry(theirs, "B"), by=theirs.user, at=NOON)
    mine = lists.clone_list(token=theirs.token, by=member, at=LATER)
    assert (mine.title, mine.note, mine.numbered, mine.shared) == ("Rain", "All wet", True, False)
    assert list(mine.entries.order_by("position").values_list("title", "note", "added_at")) == [
        ("A", "note A", LATER),
        ("C", "note C", LATER),
    ]
    entries.move_film(entry_id=entry(mine, "C"), place=1, by=member, at=LATER)
    assert (order(mine), order(theirs)) == (["C", "A"], ["A", "C"])


def test_a_film_that_leaves_the_catalogue_stays_on_lists_by_name(member: User) -> None:
    film: Movie = make_movie("Vertigo", year=1958)
    kept = make_list(member, films=[make_movie("A"), film, make_movie("B")])
    film.delete()
    gone = kept.entries.get(position=2)
    assert (gone.movie, gone.title, gone.year, order(kept)) == (None, "Vertigo", 1958, ["A", "Vertigo", "B"])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda user: (make_watchlist(user), make_watchlist(user)),
        lambda user: (make_list(user, token="same"), make_list(token="same")),
        lambda user: make_list(user, visibility=FilmList.Visibility.LINK),
        lambda user: make_list(user, token="secret", visibility=FilmList.Visibility.PRIVATE),
        lambda user: FilmList.objects.create(user=user, title="", made_at=NOON, changed_at=NOON),
        lambda user: make_entry(make_list(user, films=[make_movie()]), position=1),
        lambda user: make_entry(make_list(user), position=0),
        lambda user: make_entry(make_list(user), title=""),
    ],
    ids=[
        "two watchlists",
        "one link twice",
        "link without secret",
        "secret without link",
        "no title",
        "a place twice",
        "place nought",
        "a film without a name",
    ],
)
def test_the_database_refuses(member: User, wrong: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong(member)  # type: ignore[operator]


def test_the_database_refuses_a_film_twice_on_a_list(member: User) -> None:
    film = make_movie()
    kept = make_list(member, films=[film])
    with pytest.raises(IntegrityError), transaction.atomic():
        make_entry(kept, film)
    for _ in range(2):  # films that are no more have no number to be equal by
        ListEntry.objects.create(list=kept, title="Gone", position=kept.entries.count() + 1, added_at=NOON)
