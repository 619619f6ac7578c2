"""What proofs of work stand on: workers and a schedule of toy recipes and toy jobs, on the test's own database."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moviesite import schedules
from moviesite.processes import Kept, spawn, stop
from tests import servers
from tests.flows.house import until
from tests.servers import Worker

COUNT = "toy.count"  # the task of tests.proofs.handlers: it writes its job's key into a file


def environment(broker: str, state: Path, **given: str) -> dict[str, str]:
    """What a process of the site is started with. COUNTED: the file that counts what jobs did."""
    proof = {"DJANGO_SETTINGS_MODULE": "tests.proofs.served", "COUNTED": str(state / "counted")}
    return servers._env(broker, state) | proof | given


@contextmanager
def worker(broker: str, state: Path, queue: str = schedules.CHARTS, **given: str) -> Iterator[Worker]:
    """The worker of a queue, ready; whatever is left of it is stopped at the end."""
    log = state / f"worker-{queue}.log"
    with log.open("a") as file:
        file.write("--- begins\n")
    before = log.stat().st_size
    more = schedules.TRAINING_ENVIRONMENT if queue == schedules.TRAINING else {}
    command = [sys.executable, "-m", "celery", "-A", "moviesite", *schedules.WORKERS[queue]]
    running = Worker(spawn(command, env=environment(broker, state, **more, **given), log=log), log)
    try:
        servers._until_ready(Since(running, before))
        yield running
    finally:
        stop(running.process, schedules.TRAINING_GRACE)


@contextmanager
def kept_worker(broker: str, state: Path, **given: str) -> Iterator[Path]:
    """The worker of the charts, started again whenever it ends, as `up` and a container's restart policy do; its log."""
    log = state / "worker-kept.log"
    log.touch()
    command = [sys.executable, "-m", "celery", "-A", "moviesite", *schedules.WORKERS[schedules.CHARTS]]
    kept = Kept(lambda: spawn(command, env=environment(broker, state, **given), log=log))
    stopped = threading.Event()

    def keep() -> None:
        kept.begin()
        while not stopped.wait(0.1):
            kept.ended()
            if kept.wanted:
                kept.begin()
        kept.halt()

    keeper = threading.Thread(target=keep)  # it lives as long as what it started: that dies with it
    keeper.start()
    try:
        until(lambda: " ready." in log.read_text(errors="replace"), lambda: log.read_text(errors="replace"), 90)
        yield log
    finally:
        stopped.set()
        keeper.join()


class Since(Worker):
    """A worker, by what it wrote since it was started: another one may have written before."""

    def __init__(self, running: Worker, before: int) -> None:
        super().__init__(running.process, running.log)
        object.__setattr__(self, "before", before)

    def wrote(self) -> str:
        return self.log.read_bytes()[self.before :].decode(errors="replace")  # type: ignore[attr-defined]


@contextmanager
def beat(broker: str, state: Path, **given: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The schedule, as `up` starts it."""
    command = [sys.executable, "-m", "celery", "-A", "moviesite", "beat", "-l", "WARNING", "--pidfile="]
    process = spawn(command, env=environment(broker, state, **given), log=state / "beat.log")
    try:
        yield process
    finally:
        stop(process, 3)


def counted(state: Path) -> Counter[str]:
    """How often each job was done, by key."""
    file = state / "counted"
    return Counter(file.read_text().split()) if file.exists() else Counter()
