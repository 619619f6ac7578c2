"""Ratings in bulk: a real site takes a file, workers that are killed on the way take it in, and not one line is lost or doubled.

What must come is counted from the file by a plain dict. `PROOFS=long`: 1,000,000 ratings of 20,000 viewers.
"""

import os
import time
from datetime import timedelta
from itertools import cycle, zip_longest
from pathlib import Path

import pytest
from django.db.models import Count, Sum

from catalog.models import Movie, PartnerImport, PartnerTally, Rater, Rating, Standing
from catalog.services import editions, tallies
from mlops.models import ModelVersion
from mlops.ports import SYSTEM
from moviesite import schedules
from tests import recompute, servers
from tests.catalog.api_calls import Caller
from tests.catalog.test_partner_votes import run_of
from tests.factories import catalog as make
from tests.factories.mlops import NOON, make_promotion
from tests.flows import bulk, house
from tests.flows.house import until
from tests.flows.tending import tended
from tests.flows.test_worker_killed import kill
from tests.proofs.conftest import Tell
from tests.recompute import Film

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
LONG = os.environ.get("PROOFS") == "long"
LINES, VIEWERS, FILMS, AGAIN = (1_000_000, 20_000, 2_000, 100_000) if LONG else (30_000, 600, 100, 5_000)
OWN = (
    6_000,
    100,
)  # votes that a film has without partners: of every other one more, of the rest fewer than a partner sends
HOUR = timedelta(hours=1)
PATIENCE = 1_200.0
HISTORY = Rating.history.model


def ended(uid: str, worker: servers.Worker) -> PartnerImport:
    until(tended(lambda: bulk.now(uid).ended_at is not None), worker.wrote, patience=PATIENCE)
    return bulk.now(uid)


def test_a_million_ratings_are_taken_in_once_each_whoever_dies(valkey: str, tmp_path: Path, tell: Tell) -> None:
    films = [make.make_movie(f"Film {number}").pk for number in range(FILMS)]
    counting_partners(films)
    caller = Caller()
    file = bulk.generated(tmp_path / "ratings.ndjson", LINES, viewers=VIEWERS, films=films)
    with house.web(valkey, tmp_path) as port:
        began = time.monotonic()
        uid = bulk.uploaded(port, caller.plain, file.path, "whole")["id"]
        sent = time.monotonic() - began
        memory = []
        for least in (LINES // 3, 2 * LINES // 3):
            with servers.worker(valkey, tmp_path, schedules.PARTNERS) as worker:
                until(tended(lambda least=least: bulk.now(uid).lines >= least), worker.wrote, patience=PATIENCE)
                memory.append(max(bulk.peak(worker.process.pid).values()))
                kill(worker)
            assert bulk.now(uid).lines < LINES, "it was killed on the way"
        with servers.worker(valkey, tmp_path, schedules.PARTNERS) as worker:
            found = ended(uid, worker)
            memory.append(max(bulk.peak(worker.process.pid).values()))
            took = time.monotonic() - began - sent
            assert_whole(found, file, caller, port)
            again = first_lines(file.path, AGAIN, tmp_path)
            second = ended(bulk.uploaded(port, caller.plain, again, "again")["id"], worker)
        assert (second.added, second.updated, second.lines) == (0, 0, AGAIN)
        assert second.unchanged == sum(status not in ("not_found", "rejected") for status in file.statuses[:AGAIN])
    assert not any((tmp_path / "imports").rglob("upload"))
    counted = assert_next_edition_is_right(films, file)
    assert counted == FILMS // 2
    tell("films whose partner's votes count in the edition after it, which was recomputed", f"{counted:,} of {FILMS:,}")
    tell("ratings taken in, worker killed twice on the way", f"{LINES:,} lines: {file.counts()}")
    tell("upload, MB/s", f"{file.path.stat().st_size / 2**20 / sent:.0f} ({file.path.stat().st_size / 2**20:.0f} MB)")
    tell("rows/s from the upload to the end, restarts of workers included", f"{LINES / took:,.0f}")
    tell("rows/s of the undisturbed second file", rate(second))
    tell("peak RSS of the workers, MiB", memory)


def test_memory_of_the_site_does_not_grow_with_the_file(valkey: str, tmp_path: Path, tell: Tell) -> None:
    films = [make.make_movie(f"Film {number}").pk for number in range(FILMS)]
    caller, highest = Caller(), []
    with house.web(valkey, tmp_path) as port, servers.worker(valkey, tmp_path, schedules.PARTNERS) as worker:
        web = next(group for group in groups() if group not in (os.getpgid(0), worker.process.pid))
        for lines in (1_000, LINES):
            file = bulk.generated(tmp_path / "ratings.ndjson", lines, viewers=VIEWERS, films=films)
            uid = bulk.uploaded(port, caller.plain, file.path, f"of-{lines}", dry=True)["id"]
            found = ended(uid, worker)
            assert found.lines == lines == sum(1 for _ in bulk.results(port, caller.plain, result(uid)))
            highest.append((max(bulk.peak(web).values()), max(bulk.peak(worker.process.pid).values())))
        assert not Rating.objects.exists()
    (small_web, small_worker), (large_web, large_worker) = highest
    assert large_web - small_web < 24
    assert large_worker - small_worker < 64
    tell("peak RSS of web and worker, MiB, after 1,000 lines and after all (dry run)", highest)
    tell("rows/s of the dry run", rate(found))


def assert_whole(found: PartnerImport, file: bulk.File, caller: Caller, port: int) -> None:
    """Results, ratings, history and tallies are what a plain count of the file says."""
    assert (found.state, found.problem, found.lines) == ("COMPLETED", "", LINES)
    assert {name: getattr(found, name) for name in found.OUTCOMES if getattr(found, name)} == file.counts()
    pairs = zip_longest(bulk.results(port, caller.plain, result(found.uid)), enumerate(file.statuses, 1))
    assert all((line["line"], line["status"]) == pair for line, pair in pairs)
    rows = Rating.objects.values_list("rater__reference", "movie_id", "value").iterator(chunk_size=10_000)
    count = 0
    for user, film, value in rows:
        assert file.ratings[user, film] == value
        count += 1
    assert count == len(file.ratings)
    assert Rater.objects.count() == len({user for user, _ in file.ratings})
    signs = dict(HISTORY.objects.values_list("history_type").annotate(Count("pk")).order_by())
    assert signs == {"+": found.added, "~": found.updated}
    counted = Rating.objects.values_list("movie_id").annotate(Count("pk"), Sum("value")).order_by()
    kept = {
        film: (votes, points) for film, votes, points in PartnerTally.objects.values_list("movie", "votes", "points")
    }
    assert kept == {film: (votes, 10 * total) for film, votes, total in counted} == file.tallies()
    assert tallies.differences() == [], "the chart's own tallies know nothing of it"


def counting_partners(films: list[int]) -> None:
    """Films with votes of their own, many or few, in an edition by a version that counts partners' viewers too."""
    for place, film in enumerate(films):
        make.make_imported_votes(Movie.objects.get(pk=film), votes=OWN[place % 2], mean=6.0)
    make.make_edition()
    make_promotion(ModelVersion.objects.get(run=run_of(kinds=["MEMBER", "PARTNER"])))
    assert editions.publish(by=SYSTEM, at=NOON + HOUR, now=True)


def assert_next_edition_is_right(films: list[int], file: bulk.File) -> int:
    """A partner's votes for a film count while they are no more than its own; return for how many films they do."""
    sent, year = file.tallies(), dict(Movie.objects.values_list("pk", "year"))
    theirs = {film: sent[film] if sent[film][0] <= own else (0, 0) for film, own in zip(films, cycle(OWN))}
    whole = {
        film: Film(year[film], own + theirs[film][0], 60 * own + theirs[film][1])
        for film, own in zip(films, cycle(OWN))
    }
    edition = editions.publish(by=SYSTEM, at=NOON + 2 * HOUR, now=True)
    assert edition is not None
    places = {
        film: (wr, rank) for film, (wr, rank) in recompute.places(whole, edition.prior_votes, edition.floor).items()
    }
    assert edition.mean_e4 == recompute.mean_e4(whole)
    standings = Standing.objects.values_list("movie", "wr_e6", "rank")
    assert {film: (wr, rank) for film, wr, rank in standings} == places
    return sum(votes > 0 for votes, _ in theirs.values())


def first_lines(path: Path, count: int, folder: Path) -> Path:
    made = folder / "first.ndjson"
    with path.open("rb") as whole, made.open("wb") as part:
        for _ in range(count):
            part.write(whole.readline())
    return made


def result(uid: str) -> str:
    return f"/api/v1/imports/{uid}/result"


def rate(found: PartnerImport) -> str:
    assert found.ended_at is not None
    assert found.started_at is not None
    return f"{found.lines / (found.ended_at - found.started_at).total_seconds():,.0f}"


def groups() -> set[int]:
    """Process groups that this process leads to: those of its children."""
    me, found = os.getpid(), set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(told[1]) == me and "granian" in (entry / "cmdline").read_text():
            found.add(os.getpgid(int(entry.name)))
    return found
