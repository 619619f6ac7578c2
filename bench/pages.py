"""Pages and API lists in requests a second and CPU a request, against a bare Django view on the same server."""

import http.client
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import served  # noqa: E402
from bench.timing import table  # noqa: E402
from catalog.models import Movie, Partner, PartnerKey  # noqa: E402
from catalog.services import partners  # noqa: E402
from mlops.ports import SYSTEM  # noqa: E402

SECONDS = 4.0
HEAD = ("what", "bytes", "requests/s", "CPU ms/request", "× bare", "queries")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(application: str, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen([*command, "--workers", "1", "--no-access-log", "--log-level", "error", application])
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{application} did not start")


def cpu(server: subprocess.Popen[bytes]) -> float:
    """Return the CPU seconds of a server and its workers so far (Linux)."""
    ticks = 0
    for pid in [str(server.pid), *_children(server.pid)]:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def load(port: int, path: str, headers: dict[str, str]) -> tuple[int, float, int]:
    """Ask again and again on one connection; return requests, seconds and bytes of one answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    size = 0
    for _ in range(20):  # warm
        size = ask(line, path, headers)
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        ask(line, path, headers)
        done += 1
    return done, time.perf_counter() - started, size


def ask(line: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> int:
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}: {body[:300]!r}")
    return len(body)


def key() -> str:
    partner, _ = Partner.objects.get_or_create(name="Bench")
    now = datetime.now(UTC)
    scopes = [scope.value for scope in PartnerKey.Scope]
    return partners.issue_key(partner=partner, scopes=scopes, expires_at=now + timedelta(days=1), by=SYSTEM, at=now)[1]


def queries(path: str, headers: dict[str, str]) -> int:
    """Return how many statements a page costs when it was asked for before."""
    client = Client(SERVER_NAME="127.0.0.1")
    named = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    client.get(path, **named)
    with CaptureQueriesContext(connection) as said:
        client.get(path, **named)
    return len(said)


def plan(site: int, bare: int) -> list[tuple[str, int, str, dict[str, str]]]:
    """Return what is asked: words, port, path, headers. The first is what all others are held against."""
    film = Movie.objects.charted().first()
    assert film
    bearer, member = {"Authorization": f"Bearer {key()}"}, served.member()
    return [
        ("bare Django view (the rival)", bare, "/bare", {}),
        ("bare view behind the house's middleware", site, "/bare", {}),
        ("a stock template's chart, 100 films (the rival)", site, "/stock", {}),
        ("`/top`, 100 films with pictures, first visitor of an edition", site, "/first", {}),
        ("`/top`, from then on", site, "/top", {}),
        ("`/top`, a member", site, "/top", member),
        ("`/`", site, "/", {}),
        ("a film's page", site, film.get_absolute_url(), {}),
        ("`/search?q=star wars`", site, "/search?q=star+wars", {}),
        ("`/browse?genre=Drama`", site, "/browse?genre=Drama", {}),
        ("`/for-you`, a member with 15 ratings", site, "/for-you", member),
        ("`/api/v1/charts/top`, 50 films", site, "/api/v1/charts/top", bearer),
        ("`/api/v1/movies`, 50 films", site, "/api/v1/movies", bearer),
    ]


def main() -> None:
    served.promote()
    site, bare = free_port(), free_port()
    servers = {site: serve("moviesite.wsgi:application", site), bare: serve("bench.wsgi_bare:application", bare)}
    try:
        rows, base = [], 0.0
        for what, port, path, headers in plan(site, bare):
            before = cpu(servers[port])
            done, taken, size = load(port, path, headers)
            each = (cpu(servers[port]) - before) / (done + 20)
            base = base or each
            asked = queries(path, headers) if port == site else 0
            ratio = f"{each / base:.1f}"
            rows.append((what, f"{size:,}", f"{done / taken:,.0f}", f"{each * 1000:.2f}", ratio, asked))
        table("Pages, one web worker, one client", HEAD, rows)
    finally:
        for server in servers.values():
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
