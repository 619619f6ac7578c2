"""The real servers that tests run against."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import connection
from django.test import override_settings
from kombu import pools

from mlops import queue
from moviesite import schedules
from moviesite.cache import PatientRedisCache
from moviesite.processes import spawn, start_valkey, stop

ROOT = Path(__file__).resolve().parents[1]


def valkey() -> Iterator[str]:
    """Start the broker in a folder whose path is short enough for a socket, and stop it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="rm-valkey-"))
    process, url = start_valkey(folder)
    yield url
    stop(process)
    shutil.rmtree(folder)


@contextmanager
def pointed_at(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make an emptied broker the one that this process's nudges, cache and health check reach."""
    with redis.Redis.from_url(url) as client:
        client.flushall()
    queue.forget()
    monkeypatch.setattr(PatientRedisCache, "asleep_until", 0.0)
    caches = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": url}}
    before = current_app.conf.broker_url
    with override_settings(BROKER=url, CACHES=caches):
        _broker(url.replace("unix://", "redis+socket://", 1))
        yield
        _broker(before)


def _broker(url: str) -> None:
    pools.reset()
    current_app._after_fork()  # forgets the connections of the old broker
    current_app.conf.broker_url = url


@dataclass(frozen=True)
class Worker:
    """A running worker: its process, and everything it has written so far."""

    process: subprocess.Popen[bytes]
    log: Path

    def wrote(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def worker(broker: str, state: Path, queue: str = schedules.CHARTS) -> Iterator[Worker]:
    """Start the worker of a queue as `up` does, wait until it is ready, and stop it at the end."""
    log = state / f"worker-{queue}.log"
    log.touch()
    command = [sys.executable, "-m", "celery", "-A", "moviesite", *schedules.WORKERS[queue]]
    more = schedules.TRAINING_ENVIRONMENT if queue == schedules.TRAINING else {}
    running = Worker(spawn(command, env=_env(broker, state) | more, log=log), log)
    try:
        _until_ready(running)
        yield running
    finally:
        stop(running.process)


def _until_ready(running: Worker, patience: float = 60) -> None:
    until = time.monotonic() + patience
    while " ready." not in running.wrote():
        assert running.process.poll() is None, running.wrote()
        assert time.monotonic() < until, running.wrote()
        time.sleep(0.05)


def _env(broker: str, state: Path) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "moviesite.settings.embedded",
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker,
        "STATE": str(state),
        "ARTEFACT_KEY": str(settings.ARTEFACT_KEY),
        "ARTEFACT_PUBLIC_KEYS": ",".join(map(str, settings.ARTEFACT_PUBLIC_KEYS)),
        "EDITION_EVERY": "1",
        "PYTHONPATH": str(ROOT),
    }


def database_url() -> str:
    """Return the address of the test database itself, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    password = quote(str(found["PASSWORD"]), safe="")
    return f"postgres://{found['USER']}:{password}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
