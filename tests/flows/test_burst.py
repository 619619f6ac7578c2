"""Many at once: nothing is lost, every sum is right, and it all costs a few editions."""

import random
import time
from collections import Counter
from functools import partial
from threading import Event, Thread

import pytest
from celery import current_app

from catalog import queue
from catalog.models import ChartEdition, Rater, Rating, Standing, Tally
from catalog.services import ratings, tallies
from tests.factories import catalog as make
from tests.factories.mlops import NOON
from tests.flows.house import Visitor, assert_chain_holds, together, until, web

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS, ACTS = 8, 63


class Member:
    """One of eight members: rates films of its own and films that all rate, changes its mind, takes some back."""

    def __init__(self, place, port, films):
        self.chance, self.visitor = random.Random(place), Visitor(port, make.make_user())
        self.films = films[: len(films) // 2] + films[len(films) // 2 + place :: CLIENTS]
        self.held, self.acts, self.answers = {}, Counter(), Counter()

    def rate_and_change_and_withdraw(self):
        for _ in range(ACTS):
            film = self.chance.choice(self.films).pk
            if film in self.held and self.chance.random() < 0.3:
                self.answers[self.visitor.withdraw(film)] += 1
                del self.held[film]
                self.acts["withdrawn"] += 1
            else:
                value = self.held[film] = self.chance.randint(1, 10)
                self.answers[self.visitor.rate(film, value)] += 1
                self.acts["rated"] += 1


class Ticks:
    """The schedule: a nudge every second, for as long as the burst lasts."""

    def __enter__(self):
        self.over = Event()
        self.thread = Thread(target=self._tick)
        self.thread.start()

    def _tick(self):
        while not self.over.wait(1):
            current_app.send_task(queue.PUBLISH_EDITION, queue="charts")

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


@pytest.mark.worker
def test_five_hundred_ratings_by_eight_clients_at_once(worker, valkey, tmp_path):
    films = make.small_catalogue(64)
    with web(valkey, tmp_path, workers=4) as port, Ticks():
        members = [Member(place, port, films) for place in range(CLIENTS)]
        started = time.monotonic()
        together(*[member.rate_and_change_and_withdraw for member in members])
        took = time.monotonic() - started
        until(lambda: charted() == tallied(), worker.wrote)
    assert sum((member.answers for member in members), Counter()) == {302: CLIENTS * ACTS}
    held = {(member.visitor.user.pk, film, value) for member in members for film, value in member.held.items()}
    assert set(Rating.objects.values_list("rater__user", "movie", "value")) == held
    kinds = Counter(Rating.history.values_list("history_type", flat=True))
    done = sum((member.acts for member in members), Counter())
    assert (kinds["+"] + kinds["~"], kinds["-"]) == (done["rated"], done["withdrawn"])
    assert tallies.differences() == []
    assert_chain_holds(least=2)
    assert ChartEdition.objects.count() <= took + 5  # at most one a second, in a burst of some seconds


def tallied():
    return set(Tally.objects.filter(votes__gt=0).values_list("movie", "votes", "points"))


def charted():
    return set(Standing.objects.values_list("movie", "votes", "points"))


# --- the same film by the same member ------------------------------------------------------------------------------
@pytest.mark.parametrize("before", ["nothing", "another film", "this film"])
def test_the_same_member_rating_the_same_film_twice_at_once_has_one_rating(before):
    for _ in range(8):
        film, other = (make.make_imported_votes(votes=100).movie for _ in range(2))
        member = make.make_user()
        if before != "nothing":
            make.make_member_rating(film if before == "this film" else other, by=member, value=5)
        made = together(*[partial(make.make_member_rating, film, by=member, value=value) for value in (2, 9)])
        assert sorted(rating.value for rating in made) == [2, 9]
        assert Rating.objects.get(movie=film).value in (2, 9)
        assert Tally.objects.get(movie=film).votes == 101
    assert Rater.objects.count() == 8
    assert tallies.differences() == []


def test_rating_and_taking_back_at_once_leave_a_tally_that_counts():
    """Whichever came first: either nothing is left, or the new rating is."""
    for _ in range(8):
        film, member = make.make_imported_votes(votes=100).movie, make.make_user()
        make.make_member_rating(film, by=member, value=5)
        outcome = together(
            partial(make.make_member_rating, film, by=member, value=9),
            partial(ratings.withdraw_rating, movie_id=film.pk, by=member, at=NOON),
        )
        assert not any(isinstance(result, Exception) for result in outcome)
    assert tallies.differences() == []


def test_the_first_votes_of_a_film_at_once_all_count():
    for _ in range(5):
        film, members = make.make_movie(), [make.make_user() for _ in range(2)]
        made = together(*[partial(make.make_member_rating, film, by=member, value=7) for member in members])
        assert all(isinstance(rating, Rating) for rating in made)
        assert Tally.objects.values_list("votes", "points").get(movie=film) == (2, 140)
    assert tallies.differences() == []
