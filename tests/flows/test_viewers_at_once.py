"""Partners that send the same thing, or opposite things, at the same moment: one row, sums that a recount gives, nobody stuck."""

import random
from functools import partial

import pytest
from django.test import Client

import catalog.tasks  # noqa: F401 — as a worker has it
from catalog import queue
from catalog.bulk.reading import ROWS
from catalog.models import PartnerKey, PartnerPlay, PartnerTally, Rater, Rating, Source
from catalog.services import erasure, tallies, viewer_ratings
from mlops.models import Job
from mlops.pipeline.jobs import carry_out
from tests.catalog.api_calls import Caller
from tests.catalog.bulk import kept, ndjson, rating, send, told, worked_off
from tests.catalog.partner_acts import a_key, sends, sent
from tests.factories import catalog as make
from tests.factories.catalog import make_partner_key
from tests.factories.mlops import NOON
from tests.flows.house import together

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE, ROUNDS = 6, 5


def put(plain: str, path: str, body: dict[str, object]) -> tuple[int, str]:
    answer = Client().put(
        f"/api/v1/users/{path}", body, content_type="application/json", headers={"Authorization": f"Bearer {plain}"}
    )
    return answer.status_code, answer.json().get("status", "")


@pytest.mark.parametrize("before", ["nothing", "another film", "this film"])
def test_the_same_rating_sent_many_times_at_once_is_one(before: str) -> None:
    for _ in range(ROUNDS):
        (key, plain), film, other = make_partner_key(), make.make_movie(), make.make_movie()
        if before != "nothing":
            sends(key, film if before == "this film" else other, 5)
        values = [1 + place for place in range(AT_ONCE)]
        found = together(*(partial(put, plain, f"viewer-0/ratings/{film.pk}", {"value": value}) for value in values))
        assert sum(status == 201 for status, _ in found) == (before != "this film"), found
        assert {status for status, _ in found} <= {200, 201}, found
        rating = Rating.objects.get(movie=film)
        assert PartnerTally.objects.values_list("votes", "points").get(movie=film) == (1, 10 * rating.value)
        assert Rater.objects.filter(partner=key.partner).count() == 1
        assert Source.objects.filter(key=key.partner.source_key).count() == 1
    assert tallies.partner_differences() == []


def test_the_same_play_sent_many_times_at_once_is_one() -> None:
    for _ in range(ROUNDS):
        (_, plain), film = make_partner_key(), make.make_movie()
        found = together(*[partial(put, plain, f"anna/plays/{film.pk}", {}) for _ in range(AT_ONCE)])
        assert sorted(status for _, status in found) == ["added", *["unchanged"] * (AT_ONCE - 1)]
        assert PartnerPlay.objects.filter(movie=film).count() == 1


def test_many_viewers_of_a_film_at_once_all_count() -> None:
    (key, plain), film = make_partner_key(), make.make_movie()
    together(*(partial(put, plain, f"v{number}/ratings/{film.pk}", {"value": 7}) for number in range(AT_ONCE)))
    assert sent() == {(key.partner_id, film.pk): (AT_ONCE, 70 * AT_ONCE)} == tallies.recount_partners()


def any_acts(key: PartnerKey, films: list[int], seed: int) -> None:
    """Ratings and withdrawals of viewers and films that all have in common."""
    chance = random.Random(seed)
    for _ in range(25):
        asked = {"by": key, "reference": f"viewer-{chance.randrange(3)}", "movie_id": chance.choice(films), "at": NOON}
        if chance.random() < 0.4:
            viewer_ratings.withdraw(**asked)
        else:
            viewer_ratings.rate(value=chance.randint(1, 10), rated_at=None, **asked)


def test_any_acts_at_once_leave_sums_that_a_recount_gives() -> None:
    key = a_key()
    films = [make.make_movie().pk for _ in range(3)]
    found = together(*(partial(any_acts, key, films, seed) for seed in range(AT_ONCE)))
    assert found == [None] * AT_ONCE
    assert tallies.partner_differences() == []


def test_a_viewer_erased_while_others_rate_leaves_their_sums_right() -> None:
    key = a_key()
    films = [make.make_movie().pk for _ in range(3)]
    for number in range(ROUNDS):
        for film in films:
            viewer_ratings.rate(by=key, reference="viewer-0", movie_id=film, value=9, rated_at=None, at=NOON)
        erasure.ask_for_viewer(viewer=Rater.objects.get(reference="viewer-0"), by=key, at=NOON)
        job = Job.objects.filter(state=Job.State.WAITING, task="catalog.erase_member").get()
        acts = [partial(any_acts, key, films, 10 * number + seed) for seed in range(3)]
        found = together(partial(carry_out, job_id=job.pk, worker="one"), *acts)
        assert found[1:] == [None] * 3
        job.refresh_from_db()
        assert (job.state, job.failure) == (Job.State.DONE, "")
        assert tallies.partner_differences() == []


def erase_all(key: PartnerKey, names: list[str]) -> None:
    for name in names:
        erasure.ask_for_viewer(viewer=Rater.objects.get(partner=key.partner_id, reference=name), by=key, at=NOON)


def test_viewers_erased_while_a_file_that_names_them_is_taken_in_are_not_made_anew() -> None:
    caller, films = Caller(), [make.make_movie().pk for _ in range(3)]
    names = [f"viewer-{number}" for number in range(24)]
    for name in names:
        viewer_ratings.rate(by=caller.key, reference=name, movie_id=films[0], value=9, rated_at=None, at=NOON)
    lines = [rating(names[turn % 24], films[turn % 7 % 3], 1 + turn % 9 % 8) for turn in range(6 * ROWS)]
    address = send(caller, ndjson(*lines))["Location"]
    job = Job.objects.get(task=queue.IMPORT_RATINGS, state=Job.State.WAITING)
    erased = [names[place::3] for place in range(2)]
    acts = [partial(erase_all, caller.key, some) for some in erased]
    found = together(partial(carry_out, job_id=job.pk, worker="one"), *acts)
    assert found[1:] == [None] * 2
    worked_off()
    body, told_of = told(caller, address)
    assert (body["state"], body["lines"]) == ("completed", len(lines))
    assert {line["problem"]["code"] for line in told_of if line["problem"]} == {"viewer_erased"}
    assert {user for user, _ in kept(caller)} == set(names[2::3])
    assert not Job.objects.exclude(failure="").exists()
    assert tallies.partner_differences() == []
