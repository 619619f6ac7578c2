"""A member brings films along: looked at first, carried out by a worker, never over what is theirs, and taken back exactly."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog.errors import BadWords, NotKept, TooMany
from catalog.models import FilmList, ImportLine, ListEntry, MemberImport, Movie, Rating, User, Viewing
from catalog.moving.archives import pack
from catalog.selectors import belongings
from catalog.services import erasure, lists, preferences, ratings, tallies
from catalog.services.moving import sending, wiping
from mlops.models import Job
from mlops.pipeline import jobs
from tests.factories.catalog import make_member_rating, make_movie, make_user
from tests.factories.keeping import make_import_line, make_member_import, make_viewing, make_watchlist
from tests.factories.mlops import NOON
from tests.leftovers import in_database
from tests.pure.test_moving_files import DIARY, FILM_LIST, RATINGS, WATCH, WATCHED

pytestmark = pytest.mark.django_db
EXPORT = pack(
    {
        "ratings.csv": RATINGS.encode(),
        "diary.csv": DIARY.encode(),
        "watched.csv": WATCHED.encode(),
        "watchlist.csv": WATCH.encode(),
        "lists/sunday.csv": FILM_LIST.encode(),
    }
)


@pytest.fixture
def catalogue() -> dict[str, Movie]:
    films = [("The Good, the Bad and the Ugly", 1966), ("Amélie", 2001), ("8 1/2", 1963), ("Vertigo", 1958)]
    films += [("Ran", 1985)]
    return {title: make_movie(title, year=year) for title, year in films}


def work() -> None:
    """Do what workers were asked to do."""
    for job in Job.objects.filter(state=Job.State.WAITING).order_by("pk"):
        jobs.carry_out(job_id=job.pk, worker="worker@test")
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.failure


def sent(user: User, data: bytes = EXPORT, name: str = "export.zip") -> MemberImport:
    made = sending.send(name=name, data=data, by=user, at=NOON)
    work()
    made.refresh_from_db()
    return made


def imported(user: User, data: bytes = EXPORT, name: str = "export.zip", *, overwrite: bool = False) -> MemberImport:
    made = sent(user, data, name)
    assert made.state == "READY", made.notes
    sending.carry_out(import_id=made.pk, overwrite=overwrite, by=user, at=NOON)
    work()
    made.refresh_from_db()
    assert made.state == "DONE"
    return made


def state_of(user: User) -> Any:
    return belongings.of(user)


def test_nothing_is_imported_by_sending_a_file(catalogue: dict[str, Movie]) -> None:
    user = make_user()
    before = state_of(user)
    made = sent(user)
    assert (made.state, made.source, made.lines_count, made.data) == ("READY", "LETTERBOXD", 13, None)
    assert state_of(user) == before


def test_everything_is_where_it_belongs_with_its_own_days(catalogue: dict[str, Movie]) -> None:
    user = make_user()
    imported(user)
    given = dict(Rating.objects.filter(rater__user=user).values_list("movie__title", "value"))
    assert given == {"The Good, the Bad and the Ugly": 10, "Amélie": 1, "8 1/2": 9, "Vertigo": 8}
    assert Rating.objects.get(movie=catalogue["Amélie"]).rated_at == datetime(2020, 2, 29, 12, tzinfo=UTC)
    seen = Viewing.objects.filter(user=user).values_list("movie__title", "seen_on")
    assert sorted(seen, key=str) == [("8 1/2", None), ("Vertigo", date(2020, 3, 1)), ("Vertigo", date(2020, 3, 1))]
    watchlist = ListEntry.objects.get(list__user=user, list__is_watchlist=True)
    assert (watchlist.movie, watchlist.added_at.year) == (catalogue["Ran"], 2022)
    made = FilmList.objects.get(user=user, is_watchlist=False)
    assert (made.title, list(made.entries.order_by("position").values_list("title", flat=True))) == (
        "Sunday, late",
        ["Ran", "Vertigo"],
    )
    assert tallies.differences() == []


def test_the_same_file_twice_changes_nothing(catalogue: dict[str, Movie]) -> None:
    user = make_user()
    imported(user)
    before = state_of(user)
    again = imported(user, overwrite=True)
    assert state_of(user) == before
    assert set(again.lines.values_list("outcome", flat=True)) <= {"SAME", "KEPT"}


def test_ones_own_rating_stays_unless_theirs_was_asked_for(catalogue: dict[str, Movie]) -> None:
    user = make_user()
    make_member_rating(catalogue["Amélie"], by=user, value=7)
    imported(user)
    assert Rating.objects.get(rater__user=user, movie=catalogue["Amélie"]).value == 7
    theirs = imported(user, overwrite=True)
    assert Rating.objects.get(rater__user=user, movie=catalogue["Amélie"]).value == 1
    assert Rating.objects.get(rater__user=user, movie=catalogue["8 1/2"]).value == 9  # not what the diary noted once
    sending.take_back(import_id=theirs.pk, by=user, at=NOON)
    work()
    back = Rating.objects.get(rater__user=user, movie=catalogue["Amélie"])
    assert (back.value, back.rated_at) == (7, NOON)
    assert tallies.differences() == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_taken_back_everything_is_as_it_was(catalogue: dict[str, Movie], overwrite: bool) -> None:
    user = make_user()
    make_member_rating(catalogue["Vertigo"], by=user, value=3)
    make_viewing(user, catalogue["Vertigo"], seen_on=date(2020, 3, 1))
    make_watchlist(user, films=[catalogue["Amélie"]])
    before = state_of(user)
    made = imported(user, overwrite=overwrite)
    assert state_of(user) != before
    sending.take_back(import_id=made.pk, by=user, at=NOON)
    work()
    made.refresh_from_db()
    assert made.state == "UNDONE"
    assert state_of(user) == before
    assert tallies.differences() == []


def test_what_was_changed_since_stays_when_the_import_is_taken_back(catalogue: dict[str, Movie]) -> None:
    user = make_user()
    made = imported(user)
    ratings.rate_movie(movie_id=catalogue["Amélie"].pk, by=user, at=NOON, value=10)
    sunday = FilmList.objects.get(user=user, is_watchlist=False)
    entry = ListEntry.objects.create(list=sunday, title="Mine", position=99, added_at=NOON)
    sending.take_back(import_id=made.pk, by=user, at=NOON)
    work()
    assert list(Rating.objects.filter(rater__user=user).values_list("value", flat=True)) == [10]
    assert list(sunday.entries.all()) == [entry]
    left = ImportLine.objects.filter(batch=made, outcome="LEFT").values_list("kind", flat=True)
    assert sorted(left) == ["LIST", "RATING"]


def test_a_doubtful_line_waits_for_a_choice_and_an_unknown_one_is_listed(catalogue: dict[str, Movie]) -> None:
    user, twin = make_user(), make_movie("Amélie", year=2002)
    text = RATINGS.replace("Amélie,2001", "Amélie,2003").replace("8½", "Nine and a half")
    made = sent(user, text.encode(), "ratings.csv")
    doubtful = made.lines.doubtful().get()
    assert doubtful.candidates == [twin.pk]
    assert made.lines.unknown().get().title == "Nine and a half"
    foreign = make_movie("Amélie", year=1900)
    assert sending.choose(import_id=made.pk, choices={doubtful.pk: foreign.pk}, by=user, at=NOON) == 0
    assert sending.choose(import_id=made.pk, choices={doubtful.pk: None}, by=user, at=NOON) == 1
    assert sending.choose(import_id=made.pk, choices={doubtful.pk: twin.pk}, by=user, at=NOON) == 1
    sending.carry_out(import_id=made.pk, overwrite=False, by=user, at=NOON)
    work()
    assert set(Rating.objects.filter(rater__user=user).values_list("movie__year", flat=True)) == {1966, 2002}
    with pytest.raises(NotKept, match="moved on"):
        sending.choose(import_id=made.pk, choices={doubtful.pk: None}, by=user, at=NOON)


def test_every_single_candidate_is_taken_at_once(catalogue: dict[str, Movie]) -> None:
    user = make_user()
    text = RATINGS.replace("Amélie,2001", "Amélie,2002").replace("8½,1963", "8½,1964")
    made = sent(user, text.encode(), "ratings.csv")
    assert sending.choose_single(import_id=made.pk, by=user, at=NOON) == 2
    assert not made.lines.doubtful().exists()


def test_a_file_that_cannot_be_read_says_where_and_nothing_is_kept_of_it() -> None:
    user = make_user()
    made = sent(user, RATINGS.replace(",0.5", ",0.7").encode(), "ratings.csv")
    assert (made.state, made.data, made.lines.count()) == ("FAILED", None, 0)
    assert made.notes[0]["facts"] == {"file": "ratings.csv", "line": 3, "given": "0.7"}


def test_limits_are_said() -> None:
    user = make_user()
    with pytest.raises(BadWords, match="empty"):
        sending.send(name="x", data=b"", by=user, at=NOON)
    with pytest.raises(BadWords, match="10 MB"):
        sending.send(name="x", data=b"x" * (sending.MOST_BYTES + 1), by=user, at=NOON)
    for _ in range(sending.MOST_OPEN):
        make_member_import(user)
    with pytest.raises(TooMany, match="forget an old one"):
        sending.send(name="x", data=b"x", by=user, at=NOON)


def test_nobody_touches_anothers_import() -> None:
    line = make_import_line(match="DOUBTFUL", candidates=[1])
    other = make_user()
    asked: dict[str, Any] = {"import_id": line.batch_id, "by": other, "at": NOON}
    with pytest.raises(NotKept, match="no such import"):
        sending.carry_out(overwrite=False, **asked)
    with pytest.raises(NotKept, match="no such import"):
        sending.forget(**asked)
    with pytest.raises(NotKept, match="no such import"):
        sending.choose(choices={line.pk: None}, **asked)
    assert sending.choose_single(import_id=make_member_import(other).pk, by=other, at=NOON) == 0


def test_a_worker_that_died_on_the_way_is_followed_by_one_that_goes_on(
    catalogue: dict[str, Movie], monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog.services.moving import applying

    user = make_user()
    made = sent(user)
    sending.carry_out(import_id=made.pk, overwrite=False, by=user, at=NOON)
    monkeypatch.setattr(applying, "CHUNK", 3)
    beats = []

    def dies(done: int, total: int) -> None:
        beats.append((done, total))
        if len(beats) == 3:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        applying.carry_out(import_id=made.pk, at=NOON, beat=dies)
    assert made.lines.exclude(outcome="").count() == 6
    work()
    made.refresh_from_db()
    assert made.state == "DONE"
    assert Viewing.objects.filter(user=user).count() == 3
    assert tallies.differences() == []


def everything(user: User, films: list[Movie]) -> None:
    """Belongings of every kind."""
    make_member_rating(films[0], by=user, value=9)
    make_viewing(user, films[0], seen_on=date(2020, 1, 1), note="=quoted")
    make_viewing(user, films[0], seen_on=date(2020, 1, 1))
    make_viewing(user, films[1], seen_on=None)
    make_watchlist(user, films=films[:2])
    named = lists.make_list(title="Twice", by=user, at=NOON)
    lists.make_list(title="Twice", by=user, at=NOON)
    for film in films[:3]:
        ListEntry.objects.create(
            list=named, movie=film, title=film.title, year=film.year, position=film.pk * 7, added_at=NOON
        )
    films[2].delete()
    preferences.choose(by=user, record_plays=True, own_first=True)


def test_exported_wiped_and_brought_back_it_is_the_same_file() -> None:
    user, films = make_user(), [make_movie() for _ in range(4)]
    everything(user, films)
    first = belongings.export(user)
    for what in wiping.KINDS:
        wiping.delete(what=what, by=user, at=NOON)
    preferences.choose(by=user, record_plays=False, own_first=False)
    assert belongings.export(user) != first
    assert not any(belongings.counts(user).values())
    imported(user, first, "retromovies.zip")
    assert belongings.export(user) == first
    imported(user, first, "retromovies.zip")
    assert belongings.export(user) == first
    assert tallies.differences() == []


def test_an_erasure_takes_imports_too(catalogue: dict[str, Movie]) -> None:
    user, officer = make_user("zyxwilhelmina"), make_user("officer", is_superuser=True)
    imported(user, EXPORT, "zyxwilhelmina.zip")
    make_member_import(user, lines=1)
    erasure.erase_member(subject=user.subject_id, reason="asked for", by=officer, at=NOON)
    assert not MemberImport.objects.exists()
    assert not ImportLine.objects.exists()
    assert in_database(["zyxwilhelmina", str(user.subject_id)]) == {}


def test_wiping_ratings_leaves_the_chart_right_and_nothing_to_have_back(client: Client) -> None:
    user = make_user()
    for _ in range(3):
        make_member_rating(make_movie(), by=user)
    assert wiping.delete(what="ratings", by=user, at=NOON) == 3
    assert not Rating.objects.filter(rater__user=user).exists()
    assert not user.removals.exists()
    assert tallies.differences() == []
