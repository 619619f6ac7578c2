"""Letterboxd's files: half-stars are doubled, days are theirs, what is deleted there stays deleted; twice changes nothing."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from catalog.errors import MoveRefused
from catalog.models import FilmList, Move, Movie, Rating, User, Viewing
from catalog.models.lists import NOTE
from catalog.moving import tables
from catalog.moving.reading import read
from catalog.moving.refusals import BadFile
from catalog.services import moves, tallies
from tests.catalog.moving import LATER, exported, imported, looked_at, outcomes, undone, work, zipped
from tests.factories.catalog import make_member_rating, make_movie, make_user
from tests.factories.keeping import make_list, make_viewing

pytestmark = pytest.mark.django_db

RATINGS = """Date,Name,Year,Letterboxd URI,Rating
2019-03-02,The Third Man,1949,https://boxd.it/1,5
2020-01-05,"M",1931,https://boxd.it/2,0.5
2021-07-08,"Good, the Bad and the Ugly, The",1967,https://boxd.it/3,4.5
2021-07-09,Nobody Knows This,1950,https://boxd.it/4,3
2021-07-10,Vertgo,1958,https://boxd.it/5,4
2022-01-01,The Third Man,1949,https://boxd.it/1,4
2022-01-02,Metropolis,1927,https://boxd.it/6,seven
"""
DIARY = """Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2019-03-03,The Third Man,1949,https://boxd.it/a,5,,,2019-03-02
2022-01-01,The Third Man,1949,https://boxd.it/b,4,Yes,"vienna, rain",2021-12-31
2022-01-01,M,1931,https://boxd.it/c,,,,
"""
WATCHED = """Date,Name,Year,Letterboxd URI
2019-03-02,The Third Man,1949,https://boxd.it/1
2019-03-02,Metropolis,1927,https://boxd.it/6
"""
WATCHLIST = """Date,Name,Year,Letterboxd URI
2022-05-05,Metropolis,1927,https://boxd.it/6
2022-05-04,M,1931,https://boxd.it/2
"""
LIST = """Letterboxd list export v7
Date,Name,Tags,URL,Description
2020-02-02,Rainy nights,,https://boxd.it/l,"Two lines,
with a comma"

Position,Name,Year,URL,Description
1,M,1931,https://boxd.it/2,whistled
2,The Third Man,1949,https://boxd.it/1,
"""
ITS_FILE = "letterboxd-me-2022/lists/rainy-nights.csv"
FILES: dict[str, str | bytes] = {
    "letterboxd-me-2022/ratings.csv": RATINGS,
    "letterboxd-me-2022/diary.csv": DIARY,
    "letterboxd-me-2022/watched.csv": WATCHED,
    "letterboxd-me-2022/watchlist.csv": WATCHLIST,
    ITS_FILE: LIST,
    "letterboxd-me-2022/deleted/diary.csv": DIARY,
    "letterboxd-me-2022/profile.csv": "Username\nme\n",
    "letterboxd-me-2022/reviews.csv": "Date,Name,Year,Letterboxd URI,Rating,Review\n2022-01-01,M,1931,x,4,good\n",
    "__MACOSX/ratings.csv": b"\x00",
}


@pytest.fixture
def films() -> dict[str, Movie]:
    known = {
        "The Third Man": 1949,
        "M": 1931,
        "Good, the Bad and the Ugly, The": 1966,
        "Vertigo": 1958,
        "Metropolis": 1927,
    }
    return {title: make_movie(title, year=year) for title, year in known.items()}


def rated(user: User) -> dict[str, tuple[int, date]]:
    mine = Rating.objects.filter(rater__user=user).select_related("movie")
    return {row.movie.title: (row.value, row.rated_at.date()) for row in mine}


def test_everything_comes_as_it_was_there(films: dict[str, Movie]) -> None:
    user = make_user()
    imported(user, zipped(FILES))
    assert rated(user) == {
        "The Third Man": (8, date(2022, 1, 1)),
        "M": (1, date(2020, 1, 5)),
        "Good, the Bad and the Ugly, The": (9, date(2021, 7, 8)),
    }
    seen = Viewing.objects.filter(user=user).values_list("title", "seen_on", "recorded_at__date")
    assert sorted(map(str, seen)) == sorted(
        map(
            str,
            [
                ("The Third Man", date(2019, 3, 2), date(2019, 3, 3)),
                ("The Third Man", date(2021, 12, 31), date(2022, 1, 1)),
                ("M", None, date(2022, 1, 1)),
                ("Metropolis", None, LATER.date()),
            ],
        )
    )
    watch, rainy = FilmList.objects.filter(user=user).order_by("-is_watchlist")
    assert [(row.title, row.added_at.date()) for row in watch.entries.order_by("position")] == [
        ("M", date(2022, 5, 4)),
        ("Metropolis", date(2022, 5, 5)),
    ]
    assert (rainy.title, rainy.note, rainy.made_at.date()) == (
        "Rainy nights",
        "Two lines,\nwith a comma",
        date(2020, 2, 2),
    )
    assert [(row.title, row.note) for row in rainy.entries.order_by("position")] == [
        ("M", "whistled"),
        ("The Third Man", ""),
    ]
    assert tallies.differences() == []


def test_what_cannot_be_taken_says_why(films: dict[str, Movie]) -> None:
    move = imported(make_user(), zipped(FILES))
    told = outcomes(move)
    assert told["RATING", "Nobody Knows This"] == "UNKNOWN"
    assert told["RATING", "Vertgo"] == "DOUBTFUL"
    broken = move.rows.get(state="BROKEN")
    assert broken.reason.startswith("«ratings.csv», line 8, column «rating»: «seven» is no rating.")
    assert move.aside == ["deleted/diary.csv", "profile.csv", "reviews.csv"]


def test_nothing_is_written_before_the_member_says_so_and_a_doubtful_row_is_theirs_to_decide(
    films: dict[str, Movie],
) -> None:
    user = make_user()
    before = exported(user)
    move = looked_at(user, zipped(FILES))
    assert exported(user) == before
    row = move.rows.get(state="DOUBTFUL")
    assert row.candidates == [films["Vertigo"].pk]
    moves.decide(move_id=move.pk, choices={row.number: films["Vertigo"].pk}, by=user, at=LATER)
    moves.confirm(move_id=move.pk, take_theirs=False, by=user, at=LATER)
    work()
    assert rated(user)["Vertigo"] == (8, date(2021, 7, 10))


def test_a_row_in_doubt_can_be_decided_after_the_import_has_run_and_is_undone_with_it(
    client: Client, films: dict[str, Movie]
) -> None:
    user = make_user()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    before = exported(user)
    twice = DIARY + "2022-01-01,Vertgo,1958,https://boxd.it/d,,,,2021-12-30\n2022-01-01,Vertigo,1958,x,,,,2021-12-30\n"
    move = imported(user, zipped({**FILES, "letterboxd-me-2022/diary.csv": twice}))
    doubtful = {row.number: films["Vertigo"].pk for row in move.rows.filter(state="DOUBTFUL")}
    with pytest.raises(MoveRefused):
        moves.decide(move_id=move.pk, choices=dict.fromkeys(doubtful, films["M"].pk), by=user, at=LATER)
    with pytest.raises(MoveRefused):
        moves.decide(move_id=move.pk, choices=doubtful, by=make_user(), at=LATER)
    assert "Take these too" in client.get(move.get_absolute_url()).content.decode()
    given = {f"row-{number}": film for number, film in doubtful.items()}
    hostile = {"row-": "1", "row-x": "1", "row-1": "9" * 5_000, "page": "-1"}
    assert client.post(f"{move.get_absolute_url()}/choose", {**given, **hostile}).status_code == 302
    work()
    move.refresh_from_db()
    assert move.state == Move.State.DONE
    assert rated(user)["Vertigo"] == (8, date(2021, 7, 10))
    assert Viewing.objects.filter(user=user, movie=films["Vertigo"]).count() == 2, "the file says twice on one day"
    undone(move)
    assert exported(user) == before


def test_a_list_that_was_named_anew_stays_when_its_import_is_undone(films: dict[str, Movie]) -> None:
    user = make_user()
    move = imported(user, zipped(FILES))
    FilmList.objects.filter(title="Rainy nights").update(title="Dry days")
    undone(move)
    assert [row.title for row in FilmList.objects.filter(user=user)] == ["Dry days"]


@pytest.mark.parametrize("take_theirs", [False, True])
def test_brought_twice_nothing_changes(films: dict[str, Movie], take_theirs: bool) -> None:
    user = make_user()
    imported(user, zipped(FILES), take_theirs=take_theirs)
    before = exported(user)
    again = imported(user, zipped(FILES), take_theirs=take_theirs)
    assert exported(user) == before
    assert not again.rows.filter(outcome="WRITTEN").exists()


def test_undoing_brings_back_exactly_what_was_there(films: dict[str, Movie]) -> None:
    user = make_user()
    make_member_rating(films["M"], by=user, value=6)
    make_viewing(user, films["M"])
    make_list(user, title="Rainy nights", films=[films["M"]])
    before = exported(user)
    move = imported(user, zipped(FILES), take_theirs=True)
    assert rated(user)["M"][0] == 1
    undone(move)
    assert exported(user) == before
    assert tallies.differences() == []


def test_ones_own_rating_stays_unless_theirs_is_chosen(films: dict[str, Movie]) -> None:
    user = make_user()
    make_member_rating(films["M"], by=user, value=6)
    move = imported(user, zipped(FILES))
    assert rated(user)["M"][0] == 6
    assert outcomes(move)["RATING", "M"] == "KEPT"


def test_what_was_changed_since_is_left_alone_by_undoing(films: dict[str, Movie]) -> None:
    user = make_user()
    move = imported(user, zipped(FILES))
    make_member_rating(films["M"], by=user, value=10)
    undone(move)
    assert {title: value for title, (value, _) in rated(user).items()} == {"M": 10}


def test_a_lone_file_is_known_by_its_name(films: dict[str, Movie]) -> None:
    user: Any = make_user()
    imported(user, WATCHED.encode(), "watched (1).csv")
    assert Viewing.objects.filter(user=user, seen_on=None).count() == 2


def test_what_a_worker_found_wrong_is_told_in_the_language_of_whoever_reads_it(
    client: Client, films: dict[str, Movie]
) -> None:
    user = make_user()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    move = looked_at(user, zipped({**FILES, ITS_FILE: LIST.replace("whistled", "w" * 2_345)}))
    told = {
        "en": ("«seven» is no rating. It is 0.5 to 5 in halves", "it has 2,345 letters. Shorten it to 2,000."),
        "de": ("„seven“ ist keine Wertung. Es sind 0.5 bis 5 in", "das sind 2.345 Zeichen. Kürze es auf 2.000."),
    }
    with translation.override(None):
        for language, words in told.items():
            page = client.get(move.get_absolute_url(), headers={"accept-language": language}).content.decode()
            assert all(part in page for part in words), language
        bad = SimpleUploadedFile("ratings.csv", b"Date,Name,Year,Letterboxd URI\n2020-01-01,M,1931,x\n")
        page = client.post("/me/import", {"file": bad}, headers={"accept-language": "de"}).content.decode()
        assert "„ratings.csv“, Zeile 1, Spalte „rating“: die Spalte „rating“ fehlt. Exportiere sie noch einmal." in page


def test_signs_that_a_site_spelt_out_are_read_as_what_they_are(films: dict[str, Movie]) -> None:
    user = make_user()
    make_movie("Tom & Viv", year=1994)
    spelt = "Date,Name,Year,Letterboxd URI,Rating\n2020-01-01,Tom &amp; Viv,1994,x,4\n2020-01-02,&#77;,1931,x,5\n"
    imported(user, spelt.encode(), "ratings.csv")
    assert rated(user) == {"Tom & Viv": (8, date(2020, 1, 1)), "M": (10, date(2020, 1, 2))}


def test_a_list_is_read_whatever_its_description_begins_with(films: dict[str, Movie]) -> None:
    user = make_user()
    told = LIST.replace("with a comma", "Position, name and year").replace("\nPosition,Name", '\n"Position",Name')
    imported(user, zipped({"ratings.csv": RATINGS, "lists/rainy.csv": told}))
    rainy = FilmList.objects.get(user=user)
    assert rainy.note == "Two lines,\nPosition, name and year"
    assert [row.title for row in rainy.entries.order_by("position")] == ["M", "The Third Man"]


def test_a_row_that_cannot_be_read_is_counted_where_it_stands(films: dict[str, Movie]) -> None:
    move = looked_at(
        make_user(), zipped({**FILES, "letterboxd-me-2022/diary.csv": DIARY.replace("2021-12-31", "soon")})
    )
    assert sorted(move.rows.filter(state="BROKEN").values_list("kind", "file")) == [
        ("RATING", "ratings.csv"),
        ("SEEN", "diary.csv"),
    ]


def test_a_rating_of_a_day_to_come_is_refused_and_the_one_before_it_counts(films: dict[str, Movie]) -> None:
    user = make_user()
    imported(user, zipped({"ratings.csv": RATINGS.replace("2022-01-01", "2099-01-01")}))
    assert rated(user)["The Third Man"] == (10, date(2019, 3, 2))


def test_a_note_that_is_too_long_is_refused_and_never_cut(films: dict[str, Movie]) -> None:
    assert tables.NOTE == NOTE
    move = imported(make_user(), zipped({**FILES, ITS_FILE: LIST.replace("whistled", "w" * (NOTE + 1))}))
    broken = move.rows.get(state="BROKEN", problem__column="description")
    assert broken.reason.endswith("line 7, column «description»: it has 2,001 letters. Shorten it to 2,000.")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2020-02-02", "someday", "column «date»: «someday» is no day since 1888"),
        ("with a comma", "w" * 2_001, "column «description»: it has 2,012 letters"),
    ],
)
def test_a_list_whose_own_line_is_wrong_is_refused_with_its_place(before: str, after: str, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read("export.zip", zipped({**FILES, ITS_FILE: LIST.replace(before, after)}))
