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

from bench.timing import table  # noqa: E402
from catalog.models import Movie, Partner, PartnerKey  # noqa: E402
from catalog.services import partners  # noqa: E402
from mlops.ports import SYSTEM  # noqa: E402

SECONDS = 4.0


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
    partner = Partner.objects.create(name="Bench")
    now = datetime.now(UTC)
    scopes = [scope.value for scope in PartnerKey.Scope]
    return partners.issue_key(partner=partner, scopes=scopes, expires_at=now + timedelta(days=1), by=SYSTEM, at=now)[1]


def main() -> None:
    film = Movie.objects.charted().first()
    assert film
    bearer = {"Authorization": f"Bearer {key()}"}
    site, bare = free_port(), free_port()
    servers = {site: serve("moviesite.wsgi:application", site), bare: serve("bench.wsgi_bare:application", bare)}
    plan = [
        ("bare Django view (the rival)", bare, "/bare", {}),
        ("bare view behind the house's middleware", site, "/bare", {}),
        ("/top (100 films)", site, "/top", {}),
        ("/ (home)", site, "/", {}),
        ("film page", site, film.get_absolute_url(), {}),
        ("/api/v1/charts/top (50 films)", site, "/api/v1/charts/top", bearer),
        ("/api/v1/movies (50 films)", site, "/api/v1/movies", bearer),
    ]
    try:
        rows, base = [], 0.0
        for what, port, path, headers in plan:
            before = cpu(servers[port])
            done, taken, size = load(port, path, headers)
            each = (cpu(servers[port]) - before) / (done + 20)
            base = base or each
            rows.append((what, f"{size:,}", f"{done / taken:,.0f}", f"{each * 1000:.2f}", f"{each / base:.1f}"))
        table("Pages, one web worker, one client", ("what", "bytes", "requests/s", "CPU ms/request", "× bare"), rows)
    finally:
        for server in servers.values():
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
