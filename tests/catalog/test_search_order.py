"""Whichever database looks, the same films are found in the same order: the one that plain Python gives over all titles."""

import random

import pytest

from catalog import titles
from catalog.finding.asked import alike, read
from catalog.finding.nearness import SHORT, nearness
from catalog.models import Movie
from catalog.models.movies import MOST_NEAR, NEAR
from tests.factories import catalog as make
from tests.proofs.searches import slip

pytestmark = pytest.mark.django_db
WORDS = """
glory golden storm stormy the a of in man woman night nights ghost ghosts busters star stars wars war house red black
river last love lost été señor straße 2 ii doctor dr part return kingdom king kong up it m
""".split()  # noqa: SIM905 — as words
FILMS, ASKED = 300, 150


@pytest.fixture
def catalogue():
    """Films whose names differ by little, some of them ranked; drawn by lot, the same each time."""
    lot = random.Random(1895)
    names = [" ".join(lot.choices(WORDS, k=lot.choice((1, 1, 2, 2, 3, 4)))).title() for _ in range(FILMS)]
    names += ["Ghost Busters", "Ghostbusters II", "Glory", "The Postman (Il Postino)"]
    films = Movie.objects.bulk_create([Movie(title=name, year=lot.randint(1930, 1999)) for name in names])
    for film in lot.sample(films, 60):
        make.make_imported_votes(film, votes=lot.randint(1_000, 90_000), mean=lot.randint(20, 90) / 10)
    make.make_edition()
    return list(Movie.objects.select_related("names", "standing").order_by("pk"))


def asked_for(catalogue):
    lot = random.Random(1928)
    for film in lot.sample(catalogue, ASKED):
        name = titles.main_name(film.title).lower()
        ways = (name, slip(name, lot), slip(slip(name, lot), lot), name[:-1], name.replace(" ", ""))
        yield lot.choice(ways) + lot.choice(("", "", f" {film.year}"))
    yield from ("golry", "ghostbusters", "god father", "storm 19", "the 1950", "kong king", "xqzw", "il postno")


def fits(reading, film):
    words = film.names.line.split()
    held = all(any(one.startswith(word) or one in alike(word) for one in words) for word in reading.words)
    return held and (not reading.years or film.year in reading.years)


def closeness(film, readings):
    """Return how well a film fits: 0 its name, 1 it begins so, 2 every word, None not at all."""
    fitting = [reading for reading in readings if fits(reading, film)]
    if not fitting:
        return None
    named = [name for reading in fitting for name in (reading.whole, reading.bare) if name]
    return next((tier for tier, end in ((0, " |"), (1, "")) if any(f"| {n}{end}" in film.names.line for n in named)), 2)


def is_it_but_for_spaces(film, readings):
    glued = film.names.line.replace(" ", "")
    return any(
        f"|{name.replace(' ', '')}|" in glued
        for reading in readings
        if not reading.years or film.year in reading.years
        for name in (reading.whole, reading.bare)
        if name
    )


def reference(catalogue, text):
    """Return (number, closeness) of what a search finds, by looking at every film: no index, no candidates."""
    readings = read(text).readings
    found = {film: tier for film in catalogue if (tier := closeness(film, readings)) is not None}
    if found and 0 not in found.values():
        found |= {film: 0 for film in catalogue if is_it_but_for_spaces(film, readings)}
    nearest = not found
    if nearest and any(len(word) >= SHORT for reading in readings for word in reading.words):
        far = {film: [nearness(one, film.names.line, film.year) for one in readings] for film in catalogue}
        found = {film: NEAR + min(n for n in all_ if n is not None) for film, all_ in far.items() if any_near(all_)}

    def place(film):
        rank = film.standing.rank if hasattr(film, "standing") else None
        return found[film], rank is None, rank or 0, film.pk

    ordered = sorted(found, key=place)
    return [(film.pk, found[film]) for film in (ordered[:MOST_NEAR] if nearest else ordered)]


def any_near(far):
    return any(one is not None for one in far)


def test_every_search_finds_what_looking_at_all_titles_finds_in_the_same_order(catalogue):
    asked = list(dict.fromkeys(asked_for(catalogue)))
    expected = {text: reference(catalogue, text) for text in asked}
    found = {text: [(film.pk, film.closeness) for film in Movie.objects.search(text)] for text in asked}
    assert found == expected
    nearly = [text for text, rows in expected.items() if rows and rows[0][1] >= NEAR]
    assert len(nearly) >= 30, "too few of these searches are near ones"


def test_a_name_parted_otherwise_is_the_film_itself(catalogue):
    first, second = Movie.objects.search("ghostbusters")[:2]
    assert (first.title, first.closeness) == ("Ghost Busters", 0)
    assert (second.title, second.closeness) == ("Ghostbusters II", 1)


def test_of_many_equally_near_the_best_ranked_are_shown():
    films = Movie.objects.bulk_create([Movie(title=f"Zanzibar {n:03}", year=1950) for n in range(MOST_NEAR + 10)])
    make.make_imported_votes(films[-1], votes=90_000, mean=9.0)
    make.make_edition()
    found = list(Movie.objects.search("zanzibra"))
    assert (found[0], len(found)) == (films[-1], MOST_NEAR)
