"""IMDb's files: points of ten as they are, headers old and new, only films."""
# ruff: noqa: E501 — headers as IMDb writes them

from datetime import date

import pytest

from catalog.models import FilmList, Movie, Rating, User
from tests.catalog.moving import imported, looked_at, outcomes
from tests.factories.catalog import make_movie, make_user

pytestmark = pytest.mark.django_db

NEW = """Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors
tt0041959,9,2015-05-14,The Third Man,The Third Man,https://x,Movie,8.1,93,1949,Noir,1,1949-09-02,Carol Reed
tt0022100,10,2016-01-02,M - A City Searches for a Murderer,M,https://x,movie,8.3,99,1931,Crime,1,1931-05-11,Fritz Lang
tt2802850,8,2016-01-03,Fargo,Fargo,https://x,TV Series,8.8,53,2014,Crime,1,2014-04-15,
"""
OLD = """"position","const","created","modified","description","Title","Title type","Directors","You rated","IMDb Rating","Runtime (mins)","Year","Genres","Num. Votes","Release Date (month/day/year)","URL"
"1","tt0041959","Thu May 14 00:00:00 2015","","","The Third Man","Feature Film","Carol Reed","9","8.2","93","1949","noir","1","1949-09-02","http://x"
"""
WATCHLIST = """Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated
1,tt0041959,2020-02-03,2020-02-03,see again,The Third Man,The Third Man,https://x,Movie,8.1,93,1950,Noir,1,1949-09-02,Carol Reed,9,2015-05-14
"""


@pytest.fixture
def films() -> list[Movie]:
    return [make_movie("The Third Man", year=1949), make_movie("M", year=1931)]


def rated(user: User) -> list[tuple[str, int, date]]:
    mine = Rating.objects.filter(rater__user=user).order_by("movie_id")
    return [(row.movie.title, row.value, row.rated_at.date()) for row in mine]


def test_points_and_days_are_theirs_and_an_original_title_finds_its_film(films: list[Movie]) -> None:
    user = make_user()
    move = looked_at(user, NEW.encode(), "ratings.csv")
    assert outcomes(move)["RATING", "Fargo"] == "BROKEN"
    user = make_user()
    imported(user, NEW.encode(), "ratings.csv")
    assert rated(user) == [("The Third Man", 9, date(2015, 5, 14)), ("M", 10, date(2016, 1, 2))]


def test_an_old_header_means_the_same(films: list[Movie]) -> None:
    user = make_user()
    imported(user, OLD.encode("utf-8-sig"), "ratings.csv")
    assert rated(user) == [("The Third Man", 9, date(2015, 5, 14))]
    assert not FilmList.objects.filter(user=user).exists(), "ratings had places once: they are no list"


def test_a_watchlist_is_put_on_the_watchlist_and_a_year_may_be_one_off(films: list[Movie]) -> None:
    user = make_user()
    imported(user, WATCHLIST.encode(), "WATCHLIST.csv")
    (entry,) = FilmList.objects.get(user=user, is_watchlist=True).entries.all()
    assert (entry.title, entry.year, entry.note, entry.added_at.date()) == (
        "The Third Man",
        1949,
        "see again",
        date(2020, 2, 3),
    )
    assert rated(user) == [("The Third Man", 9, date(2015, 5, 14))]


def test_signs_that_nothing_shows_do_not_come_along(films: list[Movie]) -> None:
    user = make_user()
    bent = WATCHLIST.replace("see again", "see\x0b \x1bagain").replace(
        ",The Third Man,The", ",The Third&#7; Man\x07,The"
    )
    assert bent.count("\x07") == bent.count("\x1b") == 1
    imported(user, bent.encode(), "WATCHLIST.csv")
    (entry,) = FilmList.objects.get(user=user, is_watchlist=True).entries.all()
    assert (entry.title, entry.note) == ("The Third Man", "see again")
