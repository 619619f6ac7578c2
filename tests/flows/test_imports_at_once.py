"""Two members bring ratings of the same films in opposite order at the same moment: neither waits for the other in a circle."""

import pytest

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog.models import Move, Movie, Rating
from catalog.services import moves, tallies
from mlops.models import Job
from mlops.pipeline.jobs import carry_out
from tests.catalog.moving import LATER, looked_at
from tests.factories import catalog as make
from tests.flows.house import together

pytestmark = pytest.mark.django_db(transaction=True)
FILMS = 80


def ratings_csv(films: list[Movie]) -> bytes:
    """The later a rating the earlier it is taken: the films are taken in this order."""
    rows = [f'{2020 - at // 12}-{12 - at % 12:02d}-01,"{film.title}",{film.year},x,4' for at, film in enumerate(films)]
    return "\n".join(["Date,Name,Year,Letterboxd URI,Rating", *rows]).encode()


def test_two_imports_of_the_same_films_in_opposite_order_are_both_taken_at_their_first_go() -> None:
    films = make.small_catalogue(FILMS)
    brought = [looked_at(make.make_user(), ratings_csv(order), "ratings.csv") for order in (films, films[::-1])]
    for move in brought:
        moves.confirm(move_id=move.pk, take_theirs=False, by=move.user, at=LATER)
    jobs = list(Job.objects.filter(task="catalog.move", state=Job.State.WAITING).values_list("pk", flat=True))
    together(*(lambda pk=pk: carry_out(job_id=pk, worker=f"worker {pk}") for pk in jobs))  # type: ignore[misc]
    done = Job.objects.filter(pk__in=jobs)
    assert list(done.values_list("state", "deliveries", "failure")) == [(Job.State.DONE, 1, "")] * 2
    assert set(Move.objects.values_list("state", flat=True)) == {Move.State.DONE}
    assert Rating.objects.count() == 2 * FILMS
    assert tallies.differences() == []
