"""The broker is refused, black-holed, slow, reset and flushed while visitors browse and rate: no page fails, nothing is lost."""

import itertools
import random
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from django.db import connections
from django.utils import timezone

from catalog.models import Rating, Standing, Tally, User
from mlops.models import Job
from mlops.ports import SYSTEM
from mlops.services import jobs
from tests import servers
from tests.factories import catalog as make
from tests.flows.house import Visitor, assert_chain_holds, until
from tests.flows.house import web as web_server
from tests.proofs import work
from tests.proofs.conftest import Tell
from tests.proofs.proxy import Mode, Proxy

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
MODES: tuple[Mode, ...] = ("refused", "black hole", "slow", "reset")
PATIENCE = 180.0
PAGES = ("/", "/top", "/browse", "/search?q=film", "/for-you", "/leaving", "/me/watchlist", "/me/import")


@dataclass
class Load:
    """Visitors who browse, rate and never stop; what they met: seconds and status of each answer, by what was going on."""

    port: int
    films: list[int]
    pause: float
    now: str = "before"
    met: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    rated: dict[tuple[int, int], int] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)

    def visit(self, visitor: Visitor, seed: int) -> None:
        chance = random.Random(seed)
        for turn in itertools.count():
            if self.stopped.is_set():
                return
            film, now = chance.choice(self.films), self.now
            if turn % 3 == 0:
                value = chance.randint(1, 10)
                status = visitor.rate(film, value)
                self.rated[seed, film] = value
            else:
                status, _ = visitor.get(chance.choice([*PAGES, f"/m/{film}/x", f"/m/{film}/watch"]))
            self.met.setdefault(now, []).append((visitor.took, status))
            self.stopped.wait(self.pause)

    @contextmanager
    def of(self, members: list[User]) -> Iterator[None]:
        """These members visit, until the block ends."""
        made = [Visitor(self.port, member) for member in members]
        visits = [threading.Thread(target=self.visit, args=(each, seed)) for seed, each in enumerate(made)]
        for visit in visits:
            visit.start()
        try:
            yield
        finally:
            self.stopped.set()
            for visit in visits:
                visit.join()

    def told(self, what: str) -> str:
        took = sorted(seconds for seconds, _ in self.met[what])
        late = took[min(len(took) - 1, int(0.99 * len(took)))]
        return f"{len(took)} answers, median {1000 * statistics.median(took):.0f} ms, p99 {1000 * late:.0f} ms"

    def failed(self) -> int:
        return sum(status >= 500 for met in self.met.values() for _, status in met)


def drained() -> bool:
    """Whether the newest edition holds every vote there is, and every job offered is done."""
    held = set(Standing.objects.values_list("movie", "votes", "points"))
    votes = set(Tally.objects.values_list("movie", "votes", "points"))
    return held == votes and not Job.objects.exclude(state=Job.State.DONE).exists()


def test_no_page_fails_and_nothing_is_lost(
    valkey_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object, long: bool, tell: Tell
) -> None:
    seconds = 60.0 if long else 1.5
    given = {"FLOWS_SECRET_KEY": settings.SECRET_KEY} | ({} if long else {"HEALTH_CHECK": "1", "TEND_EVERY": "1"})  # type: ignore[attr-defined]
    films = make.small_catalogue(30)
    proxy = Proxy(valkey_server.removeprefix("unix://"))
    members = [make.make_user() for _ in range(4 if long else 2)]
    with (
        servers.pointed_at(proxy.url, monkeypatch),
        work.kept_worker(proxy.url, tmp_path, **given) as log,
        work.beat(proxy.url, tmp_path, **given),
        web_server(proxy.url, tmp_path) as port,
    ):
        load = Load(port, [film.pk for film in films], 0.05)
        with load.of(members):
            time.sleep(seconds)
            for mode in (*(MODES if long else MODES[:2]), "flushed"):
                _endure(mode, proxy, valkey_server, load, seconds, log, tell)
        until(drained, log.read_text, PATIENCE)
        proxy.close()
    assert load.failed() == 0
    counted = work.counted(tmp_path)
    assert set(counted.values()) == {1}
    assert len(counted) == Job.objects.filter(task=work.COUNT).count()
    _all_rated(load, members)
    assert_chain_holds(least=2)
    tell("answers with 5xx", f"{load.failed()} of {sum(map(len, load.met.values()))}")
    tell("pages before any outage", load.told("before"))
    tell("ratings and jobs lost", 0)
    tell("times the worker found itself deaf, ended and was started again", log.read_text().count("deaf: "))


def _endure(mode: str, proxy: Proxy, broker: str, load: Load, seconds: float, log: Path, tell: Tell) -> None:
    """One outage under load: jobs are offered all the while; then it ends, and all must drain."""
    load.now = mode
    if mode == "flushed":
        with redis.Redis.from_url(broker) as line:
            line.flushall()
    else:
        proxy.turn(mode)  # type: ignore[arg-type]
    end = time.monotonic() + seconds
    for number in itertools.count():
        jobs.offer(
            key=f"{mode.replace(' ', '-')}-{number}",
            task=work.COUNT,
            queue="charts",
            payload={},
            by=SYSTEM,
            at=timezone.now(),
        )
        time.sleep(seconds / 10)
        if time.monotonic() > end:
            break
    proxy.turn("open")
    load.now = f"after {mode}"
    offered = set(Job.objects.filter(task=work.COUNT).values_list("pk", flat=True))
    began = time.monotonic()
    votes = dict(Tally.objects.values_list("movie", "votes"))

    def caught_up() -> bool:
        """Every job of the outage is done, and every vote of it is in an edition, while more come in."""
        held = dict(Standing.objects.values_list("movie", "votes"))
        waits = Job.objects.filter(pk__in=offered).exclude(state=Job.State.DONE).exists()
        return not waits and all(held.get(film, 0) >= count for film, count in votes.items())

    until(caught_up, log.read_text, PATIENCE)
    tell(
        f"broker {mode} for {seconds:.0f} s",
        f"{load.told(mode)}; drained {time.monotonic() - began:.1f} s after it ended",
    )
    connections.close_all()


def _all_rated(load: Load, members: list[User]) -> None:
    """Every rating that a visitor was told of is there, the last one of each film."""
    for (seed, film), value in load.rated.items():
        found = Rating.objects.get(rater__user=members[seed], movie_id=film)
        assert found.value == value
