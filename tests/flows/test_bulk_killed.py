"""The worker is killed in the midst of a partner's upload: the next one goes on, and no line is lost or done twice."""

from pathlib import Path

import pytest

from catalog.models import PartnerImport, Rating
from moviesite import schedules
from tests import servers
from tests.catalog.api_calls import Caller, refusal
from tests.catalog.bulk import kept, ndjson, outcome, rating, recounted, send, statuses, tallied, told
from tests.factories import catalog as make
from tests.flows import bulk
from tests.flows.house import together, until
from tests.flows.tending import tended
from tests.flows.test_worker_killed import kill

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
LINES = 20_000


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def file(tmp_path: Path) -> bulk.File:
    films = [make.make_movie(f"Film {number}").pk for number in range(100)]
    return bulk.generated(tmp_path / "ratings.ndjson", LINES, viewers=500, films=films)


def test_an_upload_is_finished_by_the_next_worker(valkey: str, tmp_path: Path, caller: Caller, file: bulk.File) -> None:
    location = send(caller, file.path.read_bytes())["Location"]
    row = PartnerImport.objects.get()
    with servers.worker(valkey, tmp_path, schedules.PARTNERS) as first:
        until(lambda: bulk.now(row.uid).segments >= 2, first.wrote)
        kill(first)
    midst = bulk.now(row.uid)
    assert 0 < midst.lines < LINES
    assert Rating.objects.count() == midst.added, "what is told is what is there"
    with servers.worker(valkey, tmp_path, schedules.PARTNERS) as second:
        until(tended(lambda: bulk.now(row.uid).ended_at is not None), second.wrote, patience=90)
    body, lines = told(caller, location)
    assert [line["line"] for line in lines] == list(range(1, LINES + 1))
    assert statuses(lines) == file.statuses
    assert outcome(body) == file.counts()
    assert kept(caller) == file.ratings
    assert tallied(caller) == recounted(caller) == file.tallies()
    assert Rating.history.count() == body["added"] + body["updated"]


def test_called_off_at_work_it_stops_and_tells_what_it_wrote(
    valkey: str, tmp_path: Path, caller: Caller, file: bulk.File
) -> None:
    location = send(caller, file.path.read_bytes())["Location"]
    uid = PartnerImport.objects.get().uid
    with servers.worker(valkey, tmp_path, schedules.PARTNERS) as worker:
        until(lambda: bulk.now(uid).segments >= 2, worker.wrote)
        assert caller.send("delete", location).status_code == 204
        after = send(caller, ndjson(rating("ann", next(iter(file.ratings))[1], 5)))["Location"]
        until(tended(lambda: caller.get(after).json()["state"] == "completed"), worker.wrote, patience=60)
    body, lines = told(caller, location)
    assert (body["state"], body["lines"]) == ("cancelled", len(lines))
    assert 0 < len(lines) < LINES
    assert statuses(lines) == file.statuses[: len(lines)]
    assert Rating.objects.count() == body["added"] + 1
    assert tallied(caller) == recounted(caller)


def test_one_upload_sent_twice_at_the_same_moment_is_one_import(caller: Caller) -> None:
    film = make.make_movie().pk

    def sent() -> object:
        return send(caller, ndjson(rating("ann", film, 5)), key="one")

    answers: list[object] = together(*[sent] * 6)
    made = [answer for answer in answers if answer.status_code == 202]  # type: ignore[attr-defined]
    assert len({answer["Location"] for answer in made}) == 1  # type: ignore[index]
    for answer in answers:
        if answer not in made:
            refusal(answer, 409, "idempotency_key_in_use")
    assert PartnerImport.objects.count() == 1


def test_of_imports_sent_at_the_same_moment_no_more_are_open_than_may_be(caller: Caller) -> None:
    film = make.make_movie().pk
    answers = together(*[lambda: send(caller, ndjson(rating("ann", film, 5)))] * 9)
    assert sorted(answer.status_code for answer in answers) == [202] * 5 + [409] * 4
