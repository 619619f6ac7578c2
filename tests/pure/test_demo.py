"""Demo data: the cut, the join, and generators that give the same bytes for ever."""

import hashlib
import json
from collections import Counter
from dataclasses import astuple
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.demo import films as demo_films
from catalog.demo import report, sources
from catalog.demo.draws import UNIT, Draws, between, log2
from catalog.demo.generated import generated_films, generated_ratings
from catalog.demo.licences import HOME, TERRITORIES, WORLD, generated_licences
from catalog.demo.ratings import matched

NAN = float("nan")
PINNED = (
    "cb1a431efb35add8b4f40c1e38d0b02b87ca2c2455f0ed9b36a8eab2e1a142af"  # a change here changes every generated demo
)


class Column(list):
    def tolist(self):
        return list(self)


def film_table(*rows):
    """rows: (title, year, votes) and what differs from a plain film."""
    plain = {"length": 90, "rating": 6.1, "mpaa": NAN, "Short": 0, **dict.fromkeys(demo_films.GENRES, 0)}
    plain |= {f"r{point}": 4.5 for point in range(1, 11)}
    whole = [
        plain | {"rownames": number, "title": title, "year": year, "votes": votes} | more
        for number, (title, year, votes, more) in enumerate(rows, start=1)
    ]
    return {name: Column(row[name] for row in whole) for name in whole[0]}


def rating_table(*rows):
    """rows: (movieId, title, year, userId, rating, timestamp)."""
    names = ("movieId", "title", "year", "userId", "rating", "timestamp")
    return {name: Column(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}


@pytest.fixture
def four_films():
    return demo_films.films(
        film_table(
            ("Postino, Il", 1994, 50, {}),
            ("Hamlet", 1948, 40, {}),
            ("Hamlet", 1948, 30, {}),
            ("Alien", 1979, 20, {"mpaa": "R", "Drama": 1, "Action": 1, "rating": 8.5}),
        ),
        until=2000,
    )


def test_cut_takes_the_most_voted_and_ties_by_row():
    table = film_table(
        ("Low", 1950, 5, {}), ("Short", 1950, 99, {"Short": 1}), ("Late", 2001, 99, {}),
        ("Tie B", 1950, 7, {}), ("Tie A", 1950, 7, {}), ("Top", 2000, 9, {}),
    )  # fmt: skip
    assert [film.id for film in demo_films.films(table, until=2000, count=2)] == [6, 4]


def test_a_film_says_what_its_source_says(four_films):
    film = four_films[3]
    assert (film.title, film.certificate, film.genres, film.mean_tenths) == ("Alien", "R", ("Action", "Drama"), 85)
    assert film.bands == (45,) * 10
    assert (four_films[0].title, four_films[0].sort_title, four_films[0].certificate) == ("Il Postino", "postino", "")


def test_odd_values():
    long, untimed = demo_films.films(
        film_table(("Cure for Insomnia, The", 1987, 59, {"length": 5220}), ("X", 1987, 1, {"length": NAN})), until=2000
    )
    assert (long.runtime, untimed.runtime) == (5220, None)
    assert "The Cure for Insomnia (1987, 5220 min)" in " ".join(demo_films.oddities([long, untimed]))
    with pytest.raises(ValueError, match="more than one decimal"):
        demo_films.films(film_table(("X", 1987, 1, {"rating": 6.15})), until=2000)
    with pytest.raises(ValueError, match="none of the twelve"):
        demo_films.films(film_table(("X", 1987, 1, {"r3": 12.0})), until=2000)
    with pytest.raises(ValueError, match="not numbered"):
        demo_films.films({**film_table(("X", 1987, 1, {})), "rownames": Column([2])}, until=2000)


def test_ratings_find_their_film_or_say_why_not(four_films):
    table = rating_table(
        (1, "Postman, The (Postino, Il)", 1994.0, 8, 4.5, 900),
        (1, "Postman, The (Postino, Il)", 1994.0, 7, 0.5, 800),
        (2, "Hamlet", 1948.0, 7, 3.0, 700),
        (3, "Alien", 1979.0, 7, 3.0, 600),
        (4, "Alien (a.k.a. Aliens)", 1979.0, 7, 3.0, 500),
        (5, "Shrek", 2001.0, 7, 3.0, 400),
        (6, "Brazil", 1985.0, 7, 3.0, 300),
        (7, NAN, NAN, 7, 3.0, 200),
    )
    result = matched(table, four_films, until=2000)
    columns = result.ratings.raters, result.ratings.film_ids, result.ratings.values, result.ratings.rated_at
    assert [column.tolist() for column in columns] == [[7, 8], [1, 1], [1, 9], [800, 900]]
    assert {part.reason: (part.movies, part.examples) for part in result.report.unmatched} == {
        report.UNTITLED: (1, ("movie 7",)),
        report.LATER: (1, ("Shrek (2001)",)),
        report.UNKNOWN: (1, ("Brazil (1985)",)),
        report.TWO_FILMS: (1, ("Hamlet (1948)",)),
        report.TWO_MOVIES: (2, ("Alien (1979)", "Alien (a.k.a. Aliens) (1979)")),
    }
    found = result.report
    assert (found.films, found.by_other_name, found.ratings, found.raters) == (1, 1, 2, 2)
    assert json.loads(json.dumps(result.report.as_dict())) == result.report.as_dict()
    assert len(result.report.lines()) == 6


def test_a_rating_off_the_scale_is_refused(four_films):
    for wrong in (0.0, 5.5, 3.3):
        with pytest.raises(ValueError, match="half-star"):
            matched(rating_table((3, "Alien", 1979.0, 7, wrong, 600)), four_films, until=2000)


def canonical(seed):
    """Everything generated for 60 films, as bytes that do not depend on the platform."""
    films = generated_films(seed, 60)
    ratings = generated_ratings(seed, films, 12, 300)
    arrays = [ratings.raters, ratings.film_ids, ratings.values, ratings.rated_at]
    licences = generated_licences(seed, range(1, 61), date(2025, 11, 23))
    rows = [[astuple(film) for film in films], [array.tolist() for array in arrays], [astuple(one) for one in licences]]
    return json.dumps(rows, default=str, separators=(",", ":")).encode()


def test_the_same_seed_gives_the_same_bytes():
    assert hashlib.sha256(canonical(7)).hexdigest() == PINNED
    assert canonical(7) != canonical(8)


def test_generated_films_have_the_real_shape():
    films = generated_films(7, 10_000)
    assert len({(film.title, film.year) for film in films}) == 10_000
    assert sum(film.votes > 25_000 for film in films) >= 150
    assert (min(film.votes for film in films), max(film.votes for film in films)) == (160, 150_000)
    assert max(Counter((film.votes, film.mean_tenths) for film in films).values()) > 1
    assert all(10 <= film.mean_tenths <= 95 and 1900 <= film.year <= 2000 for film in films)
    assert all(len(film.bands) == 10 and set(film.bands) <= set(demo_films.BANDS) for film in films)
    assert all(film.genres == tuple(sorted(set(film.genres) & set(demo_films.GENRES))) for film in films)


@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(0, 15), st.data())
def test_generated_ratings_are_possible(seed, films, raters, data):
    amount = data.draw(st.integers(0, films * raters))
    ratings = generated_ratings(seed, generated_films(seed, films), raters, amount)
    pairs = set(zip(ratings.raters.tolist(), ratings.film_ids.tolist(), strict=True))
    assert len(ratings) == len(pairs) == amount
    assert all(1 <= rater <= raters and 1 <= film <= films for rater, film in pairs)
    assert set(ratings.values.tolist()) <= set(range(1, 11))
    assert all(820_454_400 <= second < 1_483_228_800 for second in ratings.rated_at.tolist())


def test_impossible_amounts_are_refused():
    with pytest.raises(ValueError, match="cannot give"):
        generated_ratings(7, generated_films(7, 3), 2, 7)
    with pytest.raises(ValueError, match="can be generated"):
        generated_films(7, -1)


@given(
    st.integers(0, 2**32),
    st.sets(st.integers(1, 10_000), min_size=1, max_size=60),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_licences_never_overlap_and_one_leaves_soon(seed, ids, today):
    licences = list(generated_licences(seed, ids, today))
    assert licences == list(generated_licences(seed, ids, today.replace(day=1)))
    for one, next_one in pairwise(licences):
        assert (one.film_id, one.territory, one.ends_on) < (next_one.film_id, next_one.territory, next_one.starts_on)
    assert all(one.starts_on <= one.ends_on and one.territory in (WORLD, *TERRITORIES) for one in licences)
    assert all(183 <= (one.ends_on - one.starts_on).days + 1 <= 1826 for one in licences)
    assert any(one.starts_on <= today <= one.ends_on <= today + timedelta(days=30) for one in licences)


@pytest.mark.parametrize("today", [date(2025, 11, 1), date(2025, 10, 31), date(2025, 2, 28)])
def test_most_films_play_at_home(today):
    licences = list(generated_licences(7, range(1, 3001), today))
    home = [one for one in licences if one.territory in (WORLD, HOME)]
    playing = {one.film_id for one in home if one.starts_on <= today <= one.ends_on}
    assert 0.85 <= len(playing) / 3000 <= 0.94
    assert 0.02 <= 1 - len({one.film_id for one in licences}) / 3000 <= 0.04
    assert any(one.starts_on > today for one in licences)
    assert any(one.ends_on < today for one in licences)


def test_draws_by_hand():
    assert log2(np.array([1, 2, 3, 1024])).tolist() == [0, UNIT, UNIT + UNIT // 2, 10 * UNIT]
    points = [(0, 100), (5000, 200), (10_000, 400)]
    assert [between(points, place, 4) for place in range(5)] == [100, 150, 200, 300, 400]
    draws = Draws(1, 0)
    assert {draws.below(3) for _ in range(60)} == {0, 1, 2}
    assert sorted(draws.order(9).tolist()) == list(range(9))


def test_sources_state_their_terms():
    assert [source.permitted_use for source in sources.SOURCES] == ["NON_COMMERCIAL", "RESEARCH", "ANY"]
    assert all(source.terms and source.citation and source.licence for source in sources.SOURCES)
    assert [len(source.sha256) for source in sources.SOURCES] == [64, 64, 0]
