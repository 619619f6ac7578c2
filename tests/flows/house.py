"""A real web server on the test's database, visitors who talk HTTP to it, and waiting for what workers do."""

import http.client
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from catalog.models import ChartEdition, User
from catalog.selectors import charts
from moviesite.processes import spawn, stop
from tests import servers

PATIENCE = 30.0
TOKEN = "c" * 32  # a form's token is right when it is the cookie's


@contextmanager
def web(broker: str, state: Path, workers: int = 1) -> Iterator[int]:
    """Start Granian as `up` does, with so many processes, and yield its port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    env = servers._env(broker, state) | {
        "DJANGO_SETTINGS_MODULE": "tests.flows.served",
        "FLOWS_SECRET_KEY": settings.SECRET_KEY,
    }
    log = state / "web.log"
    process = spawn([*command, "--workers", str(workers), "moviesite.wsgi:application"], env=env, log=log)
    try:
        until(lambda: _answers(port), lambda: log.read_text(errors="replace"))
        yield port
    finally:
        stop(process)


def _answers(port: int) -> bool:
    try:
        return Visitor(port).get("/healthz")[0] in (200, 503)
    except OSError:
        return False


class Visitor:
    """A browser without its screen: one connection, its cookies, and the seconds its last request took."""

    def __init__(self, port: int, user: User | None = None) -> None:
        self.port, self.user, self.took = port, user, 0.0
        self.cookies = {"csrftoken": TOKEN}
        if user:
            client = Client()
            client.force_login(user)
            self.cookies["sessionid"] = client.cookies["sessionid"].value

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path)

    def post(self, path: str, **fields: Any) -> int:
        return self._send("POST", path, urlencode({"csrfmiddlewaretoken": TOKEN, **fields}))[0]

    def rate(self, film: int, value: Any) -> int:
        return self.post(f"/m/{film}/rating", value=value)

    def withdraw(self, film: int) -> int:
        return self.post(f"/m/{film}/rating", withdraw=1)

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.monotonic()
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        self.took = time.monotonic() - started
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = re.match(r"([^=]+)=([^;]*)", cookie).groups()
            self.cookies[name] = value
        return answer.status, text


def until(true: Callable[[], Any], why: Callable[[], Any] = lambda: "", patience: float = PATIENCE) -> None:
    """Wait until something is true; say why it never was."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, why()
        time.sleep(0.05)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each on a database connection of its own; return what each returned or raised."""
    found: list[Any] = [None] * len(acts)
    start = Barrier(len(acts))

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            found[place] = acts[place]()
        except Exception as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return found


def assert_chain_holds(least: int) -> None:
    """At least so many editions, numbered without gaps, each one linked and equal to its recomputation."""
    chain = list(ChartEdition.objects.order_by("number"))
    assert [edition.number for edition in chain] == list(range(1, len(chain) + 1))
    assert len(chain) >= least
    for edition in chain:
        charts.verify(edition)
