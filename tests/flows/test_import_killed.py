"""The worker is killed in the midst of an import, and of its undoing: the next one goes on, and no row is lost or done twice."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import current_app

from catalog.models import Move, Movie, Rating, User, Viewing
from catalog.services import moves, tallies
from mlops.models import Job
from tests import servers
from tests.catalog.moving import LATER, exported, zipped
from tests.factories import catalog as make
from tests.flows.house import until
from tests.flows.test_worker_killed import kill

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
FILMS, TEND_EVERY = 80, 3.0


def upload(films: list[Movie]) -> bytes:
    """Each film rated once, and seen twice on one day: a row that is done twice shows, and so does one that is lost."""
    rated = [f'2020-01-01,"{film.title}",{film.year},x,{1 + film.pk % 9 / 2:g}' for film in films]
    seen = [f'2020-01-02,"{film.title}",{film.year},x,2020-01-01' for film in films for _ in range(2)]
    return zipped(
        {
            "ratings.csv": "\n".join(["Date,Name,Year,Letterboxd URI,Rating", *rated]),
            "diary.csv": "\n".join(["Date,Name,Year,Letterboxd URI,Watched Date", *seen]),
        }
    )


def state_is(move: Move, state: str) -> Callable[[], bool]:
    """Whether a move has come so far; asks now and then, as the schedule does, for what is due."""
    asked_at = -TEND_EVERY

    def asked() -> bool:
        nonlocal asked_at
        if time.monotonic() - asked_at > TEND_EVERY:
            current_app.send_task("mlops.tend", queue="charts")
            asked_at = time.monotonic()
        move.refresh_from_db(fields=["state"])
        return move.state == state

    return asked


def killed_in_it(worker: servers.Worker, move: Move, outcome: str) -> None:
    """Kill a worker when some rows have an outcome, and not all: else there was no midst."""
    current_app.send_task("mlops.tend", queue="charts")
    until(lambda: move.rows.filter(outcome=outcome).exists(), worker.wrote)
    kill(worker)
    assert 0 < move.rows.filter(outcome=outcome).count() < 3 * FILMS


def history(user: User) -> Counter[tuple[int, str]]:
    """How often each film's rating came and went, as the history has it."""
    rows = Rating.history.filter(rater__user=user).values_list("movie_id", "history_type")
    return Counter(rows)


def test_an_import_and_its_undoing_are_finished_by_the_next_worker(valkey: str, tmp_path: Path) -> None:
    films = make.small_catalogue(FILMS)
    user = make.make_user()
    before = exported(user)
    move = moves.bring(name="letterboxd.zip", data=upload(films), by=user, at=LATER)
    with servers.worker(valkey, tmp_path) as first:
        until(state_is(move, Move.State.READY), first.wrote)
        moves.confirm(move_id=move.pk, take_theirs=False, by=user, at=LATER)
        killed_in_it(first, move, "WRITTEN")
    with servers.worker(valkey, tmp_path) as second:
        until(state_is(move, Move.State.DONE), second.wrote, patience=60)
        assert_all_taken_once(films, user, move)
        moves.undo(move_id=move.pk, by=user, at=LATER)
        killed_in_it(second, move, "UNDONE")
    with servers.worker(valkey, tmp_path) as third:
        until(state_is(move, Move.State.UNDONE), third.wrote, patience=60)
    assert exported(user) == before
    assert history(user) == {(film.pk, sign): 1 for film in films for sign in "+-"}
    assert tallies.differences() == []
    assert Job.objects.filter(task="catalog.move", deliveries=2).count() == 2, "each was taken up again once"


def assert_all_taken_once(films: list[Movie], user: User, move: Move) -> None:
    assert Counter(move.rows.values_list("outcome", flat=True)) == {"WRITTEN": 3 * FILMS}
    assert dict(Rating.objects.filter(rater__user=user).values_list("movie", "value")) == {
        film.pk: 2 + film.pk % 9 for film in films
    }
    assert history(user) == {(film.pk, "+"): 1 for film in films}
    seen = Counter(Viewing.objects.filter(user=user).values_list("movie", flat=True))
    assert seen == {film.pk: 2 for film in films}
    assert tallies.differences() == []
