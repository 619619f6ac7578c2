"""One member's own numbers: which year a film belongs to, times again, hours, means."""

from datetime import date

import pytest
from django.test import Client

from catalog.models import User
from catalog.selectors import statistics
from catalog.services import ratings
from tests.catalog.test_keeping_pages import page
from tests.factories.catalog import make_member_rating, make_movie
from tests.factories.keeping import make_viewing
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db


def test_a_film_belongs_to_the_year_in_which_it_was_first_rated(client: Client, visitor: User) -> None:
    old, new = make_movie("Old", year=1941, genres=["Drama"]), make_movie("New", year=1962, genres=["Comedy"])
    for film, year in ((old, 2024), (new, 2026), (old, 2026)):  # the old film is rated anew in 2026
        at = NOON.replace(year=year)
        ratings.rate_movie(movie_id=film.pk, by=visitor, at=at, value=8 if film == old else 4)
    make_viewing(visitor, old, seen_on=date(2025, 1, 1))
    of = {year: statistics.statistics(visitor, year) for year in (2024, 2025, 2026, None)}
    assert [(of[y].rated, of[y].films) for y in (2024, 2025, 2026, None)] == [(1, 1), (0, 1), (1, 1), (2, 2)]
    assert (of[2026].decades, of[2026].genres) == ([(1960, 1)], [("Comedy", 1)])
    assert statistics.years(visitor) == [2026, 2025, 2024]
    assert "Your 2026" in page(client, "/me/stats/2026")
    assert "rating,8,1" in client.get("/me/stats/2024.csv").content.decode()
    assert client.get("/me/stats/1066").status_code == 404
    assert "Nothing of this year" in page(client, "/me/stats/1999")


def test_times_again_hours_and_means(client: Client, visitor: User) -> None:
    film = make_movie(runtime=90)
    for day in (date(2026, 1, 5), date(2026, 1, 6), date(2026, 7, 1)):
        make_viewing(visitor, film, seen_on=day)
    make_viewing(visitor, make_movie(runtime=30), seen_on=date(2026, 2, 1))
    make_member_rating(film, by=visitor, value=9)
    make_member_rating(film, value=4)
    found = statistics.statistics(visitor, 2026)
    assert (found.viewings, found.films, found.again, found.minutes) == (4, 2, 2, 300)
    assert found.by_time[:2] == [(1, 2), (2, 1)]
    assert (found.mean, found.house_mean) == (9, statistics.Fraction(13, 2))
    assert [(one.film, one.number) for one in found.most_seen] == [(film, 3)]
    assert found.first is not None
    assert (found.first.seen_on, found.house[8]) == (date(2026, 1, 5), 1)
    assert "Nothing to count yet" not in page(client, "/me/stats")
