"""The partner API beside stock DRF, django-ninja and plain views: requests a second, p99, and CPU a request, in one run."""

import itertools
import json
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles

import django

django.setup()

from bench import pages  # noqa: E402
from bench.timing import table  # noqa: E402
from catalog.models import Movie  # noqa: E402

NINJA = "django-ninja==1.7.1"
HOME = Path(__file__).resolve().parents[1] / "var" / "bench-ninja"
SECONDS, CLIENTS = 4.0, 4
HEAD = ("what", "who", "bytes", "requests/s", "p99 ms", "CPU ms/request", "× plain")
WHO = {"plain": "plain view, values() and orjson (the rival)", "stock": "stock DRF", "ninja": "django-ninja"}


def installed() -> bool:
    """Put django-ninja where the rivals find it; what it needs is there already."""
    if not (HOME / "ninja").exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(HOME), NINJA]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"\n{'!' * 100}\nRIVALS NOT RUN: {done.stderr.strip()[-300:]}\n{'!' * 100}\n")
            return False
    return True


numbers = itertools.count()


class Client(threading.Thread):
    """One connection that asks again and again."""

    def __init__(self, port: int, path: str, headers: dict[str, str], body: str | None, until: float) -> None:
        super().__init__()
        self.line, self.path, self.headers, self.body = (
            HTTPConnection("127.0.0.1", port, timeout=30),
            path,
            headers,
            body,
        )
        self.until, self.took, self.size = until, list[float](), 0

    def run(self) -> None:
        while (began := time.perf_counter()) < self.until:
            self.size = self.ask()
            self.took.append(time.perf_counter() - began)

    def ask(self) -> int:
        path = self.path.replace("{n}", str(next(numbers)))
        self.line.request("POST" if self.body else "GET", path, self.body, self.headers)
        answer = self.line.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{self.path} answered {answer.status}: {told[:300]!r}")
        return len(told)


def measured(port: int, path: str, headers: dict[str, str], body: str | None) -> tuple[list[float], int]:
    """Return the seconds that each answer took, and the bytes of one."""
    Client(port, path, headers, body, 0).ask()  # warm
    until = time.perf_counter() + SECONDS
    clients = [Client(port, path, headers, body, until) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return [took for client in clients for took in client.took], clients[0].size


def plan() -> dict[str, tuple[str, dict[str, str], str | None]]:
    """Return what is asked of each: our address, theirs by who, and what is sent."""
    films = list(Movie.objects.charted()[:45:3])
    one = films[0].pk
    ratings = json.dumps({"ratings": [{"movie": film.pk, "value": 8} for film in films]})
    return {
        "list of 50 films": ("/api/v1/movies", {who: f"/{who}/movies" for who in WHO}, None),
        "list of 50 films, each asked for once": ("/api/v1/movies?votes.gte={n}", {"plain": "/plain/movies"}, None),
        "chart, 50 films": ("/api/v1/charts/top", {who: f"/{who}/chart" for who in WHO}, None),
        "one film": (f"/api/v1/movies/{one}", {who: f"/{who}/movies/{one}" for who in WHO}, None),
        "recommendations, 15 ratings": ("/api/v1/recommendations", {who: f"/{who}/picks" for who in WHO}, ratings),
    }


def main() -> None:
    bearer = {"Authorization": f"Bearer {pages.key()}", "Content-Type": "application/json"}
    ports = {"site": pages.free_port(), "rivals": pages.free_port()}
    servers = {"site": pages.serve("moviesite.wsgi:application", ports["site"])}
    if installed():
        servers["rivals"] = pages.serve("bench.wsgi_rivals:application", ports["rivals"])
    rows = []
    try:
        for what, (ours, theirs, body) in plan().items():
            asked = [("rivals", who, address) for who, address in theirs.items() if "rivals" in servers]
            base = 0.0
            for server, who, address in [*asked, ("site", "this API", ours)]:
                path = address
                before = pages.cpu(servers[server])
                took, size = measured(ports[server], path, bearer, body)
                each = (pages.cpu(servers[server]) - before) / (len(took) + 1)
                base = base or each
                p99 = quantiles(took, n=100)[98] * 1000
                rate = f"{len(took) / SECONDS:,.0f}"
                rows.append(
                    (
                        what,
                        WHO.get(who, who),
                        f"{size:,}",
                        rate,
                        f"{p99:.1f}",
                        f"{each * 1000:.2f}",
                        f"{each / base:.1f}",
                    )
                )
        table(f"The partner API, one web worker, {CLIENTS} connections", HEAD, rows)
    finally:
        for server in servers.values():
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
