"""What is near a search: on every database exactly what measuring all films gives, in the same order."""

import random

import pytest

from catalog.finding.asked import read
from catalog.finding.nearness import nearness
from catalog.models import Movie
from catalog.models.movies import MOST_NEAR, NEAR
from tests.factories.catalog import make_movie
from tests.proofs.searches import slip

pytestmark = pytest.mark.django_db
SYLLABLES = ["ba", "lor", "mi", "ten", "gra", "shu", "ve", "kon", "del", "ri", "os", "tam"]


def name(lot: random.Random) -> str:
    words = ["".join(lot.choices(SYLLABLES, k=lot.randint(2, 4))).capitalize() for _ in range(lot.randint(1, 3))]
    return " ".join(["The", *words] if lot.random() < 0.3 else words)


@pytest.fixture
def films() -> list[Movie]:
    lot = random.Random(1895)
    made = [Movie(title=name(lot), year=lot.randint(1920, 1999)) for _ in range(400)]
    for film in made:
        film.derive()
    return Movie.objects.bulk_create(made)


def measured(query: str) -> list[tuple[int, int]]:
    """Every film there is, measured: closeness and number, best first."""
    far = []
    for pk, line, year in Movie.objects.values_list("pk", "names__line", "year"):
        found = [one for reading in read(query).readings if (one := nearness(reading, line, year)) is not None]
        far += [(NEAR + min(found), pk)] if found else []
    return sorted(far)[:MOST_NEAR]


def test_slips_give_the_films_that_measuring_every_film_gives(films: list[Movie]) -> None:
    lot, asked = random.Random(7), 0
    for film in lot.sample(films, 60):
        query = slip(film.title.lower(), lot)
        if Movie.objects.search(query, near=False).exists():
            continue
        asked += 1
        expected = measured(query)
        assert [(near.closeness, near.pk) for near in Movie.objects.search(query)] == expected, query
        assert film.pk in [pk for _, pk in expected]
    assert asked > 30


@pytest.mark.parametrize(
    ("typed", "title"), [("golry", "Glory"), ("haet", "Heat"), ("ailen", "Alien"), ("the gme", "The Game")]
)
def test_slips_in_short_names_are_near(typed: str, title: str) -> None:
    make_movie(title)
    found = [film.title for film in Movie.objects.search(typed)]
    assert found == [title]
