"""Standings and rank changes: what an edition moved is the difference to the one before, also when films come and go."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.models import ChartEdition, ImportedVotes, Movie, RankChange, Standing
from catalog.recsys.editions import parse
from catalog.recsys.weighted import Ranked
from catalog.selectors import charts
from catalog.services import editions, ratings, standings
from mlops.ports import SYSTEM
from tests.factories import catalog as make
from tests.factories.mlops import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def films():
    """Four films whose means lie apart, the best first, in edition 1."""
    made = [make.make_imported_votes(votes=20_000, mean=mean).movie for mean in (9.0, 8.0, 7.0, 6.0)]
    make.make_edition()
    return made


def publish():
    """The next edition, an hour after the last one."""
    return editions.publish(by=SYSTEM, at=charts.newest().at + HOUR)


def moved(edition):
    rows = edition.rank_changes.order_by("movie_id").values_list("movie_id", "before", "after")
    assert len(rows) == edition.changes
    return list(rows)


def ranks(edition=None):
    """The ranks of the newest edition, or those in an edition's artefact."""
    if edition is None:
        return dict(Standing.objects.values_list("movie_id", "rank"))
    return {row.id: row.rank for row in parse(charts.artefact(edition))[1]}


# --- films that move, come and go --------------------------------------------------------------------------------
def test_the_first_edition_moves_every_film_in(films):
    assert moved(charts.newest()) == [(film.pk, None, place) for place, film in enumerate(films, start=1)]


def test_films_that_change_places_are_the_changes(films):
    """The third film now has the first one's mean with more votes."""
    make_votes(films[2], 25_000, 90)
    assert moved(publish()) == [(films[0].pk, 1, 2), (films[1].pk, 2, 3), (films[2].pk, 3, 1)]


def make_votes(film, votes, mean_tenths):
    ImportedVotes.objects.filter(movie=film).update(votes=votes, mean_tenths=mean_tenths)
    make.make_tally(film)


def test_a_rating_that_moves_no_rank_makes_an_edition_without_changes(films):
    make.make_member_rating(films[0], value=10)
    edition = publish()
    assert edition.number == 2
    assert moved(edition) == []


def test_a_film_added_enters(films):
    made = make.make_imported_votes(votes=20_000, mean=8.5).movie
    edition = publish()
    assert (edition.films, edition.ranked) == (5, 5)
    assert moved(edition) == [
        (films[1].pk, 2, 3),
        (films[2].pk, 3, 4),
        (films[3].pk, 4, 5),
        (made.pk, None, 2),
    ]


def test_a_film_deleted_leaves_and_the_others_move_up(films):
    number = films[1].pk
    films[1].delete()
    edition = publish()
    assert (edition.films, edition.ranked) == (3, 3)
    assert moved(edition) == [(number, 2, None), (films[2].pk, 3, 2), (films[3].pk, 4, 3)]
    assert ranks() == {films[0].pk: 1, films[2].pk: 2, films[3].pk: 3}


def test_the_last_film_deleted_leaves_too(films):
    number = films[3].pk
    films[3].delete()
    assert moved(publish()) == [(number, 4, None)]


def test_a_film_that_lost_its_only_vote_leaves(films):
    """One vote of 1 makes C = (9 + 8 + 7 + 6 + 1) / 5 = 6.2: its film stands there, above the one with 20,000 sixes."""
    newcomer, member = make.make_movie(), make.make_user()
    make.make_member_rating(newcomer, by=member, value=1)
    assert moved(publish()) == [(films[3].pk, 4, 5), (newcomer.pk, None, 4)]
    ratings.withdraw_rating(movie_id=newcomer.pk, by=member, at=NOON)
    assert moved(publish()) == [(films[3].pk, 5, 4), (newcomer.pk, 4, None)]


def test_a_year_edited_settles_a_tie_anew():
    """Both films have the same votes and mean: the older one stands first, whichever that is."""
    one, two = (make.make_imported_votes(make.make_movie(year=year), votes=10, mean=7.0).movie for year in (1950, 1960))
    make.make_edition()
    assert ranks() == {one.pk: 1, two.pk: 2}
    two.year = 1949
    two.save()
    assert moved(publish()) == [(one.pk, 1, 2), (two.pk, 2, 1)]


def test_a_title_edited_moves_nothing(films):
    films[0].title = "Another Name"
    films[0].save()
    assert publish() is None


def test_films_deleted_one_after_the_other_each_leave_once(films):
    gone = [films[0].pk, films[1].pk]
    films[0].delete()
    assert moved(publish())[0] == (gone[0], 1, None)
    films[1].delete()
    assert moved(publish()) == [(gone[1], 1, None), (films[2].pk, 2, 1), (films[3].pk, 3, 2)]


def test_a_film_put_back_under_its_number_moves_from_where_it_stood(films):
    number = films[1].pk
    films[1].delete()
    make.make_imported_votes(make.make_movie(id=number), votes=20_000, mean=6.5)
    assert moved(publish()) == [(number, 2, 3), (films[2].pk, 3, 2)]


# --- any history -------------------------------------------------------------------------------------------------
def test_rank_changes_replayed_from_the_first_edition_rebuild_every_edition():
    """25 editions with films rated, added, deleted and redated in between, in random order."""
    chance = random.Random(28)
    member = make.make_user()
    for _ in range(12):
        make.make_imported_votes(votes=chance.randint(1, 12), mean=chance.randint(50, 70) / 10)
    make.make_edition()
    for _ in range(24):
        change_something(chance, member)
        publish()
    chain = list(ChartEdition.objects.order_by("number"))
    assert len(chain) > 20
    replayed = {}
    for edition in chain:
        for film, before, after in moved(edition):
            assert replayed.get(film) == before
            replayed[film] = after
        assert {film: rank for film, rank in replayed.items() if rank} == ranks(edition)
    assert ranks() == ranks(chain[-1])


def change_something(chance, member):
    """Add, delete or redate a film, and rate another one."""
    films = list(Movie.objects.order_by("pk"))
    act = chance.choice(["add", "delete", "redate", "rate"])
    if act == "add":
        make.make_imported_votes(votes=chance.randint(1, 12), mean=chance.randint(50, 70) / 10)
    elif act == "delete" and len(films) > 4:
        films.pop(chance.randrange(len(films))).delete()
    elif act == "redate":
        film = chance.choice(films)
        film.year = chance.randint(1930, 1999)
        film.save()
    make.make_member_rating(chance.choice(films), by=member, value=chance.randint(1, 10))


# --- a floor -----------------------------------------------------------------------------------------------------
def test_below_the_floor_a_film_stands_without_a_rank(films):
    edition = charts.newest()
    edition.number, edition.previous_chain, edition.chain_digest = 2, edition.chain_digest, "2" * 64
    edition.save(force_insert=True)
    listed = [Ranked(film.pk, film.year, 20_000, 1_400_000, 7_000_000, place) for place, film in enumerate(films, 1)]
    below = replace(listed[3], rank=None)
    assert standings.replace(2, [*listed[:3], below], listed=4) == 1
    assert ranks() == {films[0].pk: 1, films[1].pk: 2, films[2].pk: 3, films[3].pk: None}
    assert list(RankChange.objects.filter(edition=2).values_list("movie_id", "before", "after")) == [
        (films[3].pk, 4, None)
    ]
