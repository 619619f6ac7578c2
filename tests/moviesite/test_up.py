"""`manage.py up`: the whole site as one process tree, from an empty folder to an orderly end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis
from django.core.management.base import CommandError

from moviesite import schedules
from moviesite.health import HEARTBEAT
from moviesite.management.commands import up as up_command
from moviesite.management.commands.up import Command, _answers
from tests.moviesite.trees import ROOT, below, environment, free_port, short_folder, there, until

pytestmark = [
    pytest.mark.worker,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


Site = tuple["subprocess.Popen[str]", str]


def up(state: Path, port: str, **given: str) -> "subprocess.Popen[str]":
    env = environment(STATE=str(state), PORT=port, DEMO="generated", EDITION_EVERY="1", **given)
    with log(state, port).open("w") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
            process_group=0,
            text=True,
            # Whoever runs the tests may have nohup in front: these sites are to hear the signal all the same.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )


def log(state: Path, port: str) -> Path:
    return state.with_name(f"{state.name}-{port}.log")


def said(state: Path, port: str) -> str:
    return log(state, port).read_text()


def health(port: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return dict(json.load(answer))
    except OSError:
        return {}


def last_heard(state: Path) -> float:
    """When the charts' worker last took a heartbeat out of its queue."""
    with redis.Redis(unix_socket_path=str(state / "valkey" / "v.sock")) as line:
        found = line.get(f":1:{HEARTBEAT}.charts")
    return float(json.loads(found)) if found else 0.0


def refusal(state: Path, port: str) -> str:
    """What a second `up` says when it ends at once."""
    second = up(state, port)
    assert second.wait(60) != 0
    return said(state, port)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder for a site, in which it has started, answered and stopped once."""
    with short_folder() as folder:
        yield folder / "state"


@pytest.fixture(scope="module")
def sites(place: Path) -> Iterator[list[Site]]:
    """The site that runs there, if one does."""
    found: list[Site] = []
    yield found
    ended(found, place)


@pytest.fixture
def state(place: Path, sites: list[Site]) -> Path:
    """The folder, while no site runs there."""
    ended(sites, place)
    return place


@pytest.fixture
def running(place: Path, sites: list[Site]) -> Site:
    """A whole site, and its port: the one of the test before, if it still runs."""
    if not sites or sites[0][0].poll() is not None:
        sites[:] = [(up(place, port := free_port()), port)]
    site, port = sites[0]
    assert until(lambda: health(port).get("ready") and len(below(site.pid)) >= 11, 60), said(place, port)
    for name in ("worker", "trainer", "partners"):
        log = place / f"logs/{name}.log"
        assert until(lambda log=log: " ready." in log.read_text(errors="replace"), 60)
    return site, port


def ended(sites: list[Site], place: Path) -> None:
    while sites:
        site, port = sites.pop()
        site.send_signal(signal.SIGHUP)
        code = site.wait(60)
        assert code == 0 or "web ended" in said(place, port)


def test_from_nothing_to_a_green_site_and_an_orderly_end(state: Path) -> None:
    port = free_port()
    site = up(state, port)
    try:
        assert until(lambda: health(port).get("state") == "ok", 240), said(state, port)
        # Broker, web and its worker, twice Celery's two and once three, schedule, signer.
        assert until(lambda: len(below(site.pid)) >= 12, 60), said(state, port)
        children = below(site.pid)
        for place in ("checkpoints", "witness"):
            assert until(lambda place=place: (state / place / "audit.notes").exists(), 60)
        assert "Run 1 of recommender is queued" in said(state, port)
        assert f"http://127.0.0.1:{port}" in said(state, port)
        assert (state / "accounts.txt").stat().st_mode & 0o777 == 0o600
        assert [path for path in [state, *state.rglob("*")] if path.lstat().st_mode & 0o077] == []  # for our eyes only
        assert f"PORT={port} cannot be used" in refusal(state.with_name("other"), port)
        assert "Another instance is running" in refusal(state, free_port())
        assert health(port)["state"] == "ok"
        site.send_signal(signal.SIGINT)
        assert site.wait(40) == 0
        assert until(lambda: not any(map(there, children)), 5)
        assert said(state, port).rstrip().endswith("Stopped.")
    finally:
        site.kill()


def test_a_second_start_does_nothing_twice_and_a_killed_supervisor_leaves_nothing(state: Path) -> None:
    port = free_port()
    site = up(state, port)
    try:
        assert until(lambda: health(port).get("ready"), 60), said(state, port)
        assert until(lambda: len(below(site.pid)) >= 8, 60)
        assert "is queued" not in said(state, port)  # once is enough
        children = below(site.pid)
    finally:
        site.kill()
        site.wait()
    assert until(lambda: not any(map(there, children)), 30)


def test_a_broker_elsewhere_that_is_away_does_not_keep_the_site_from_serving(state: Path) -> None:
    port = free_port()
    site = up(state, port, REDIS_URL="redis://127.0.0.1:9/0")
    try:
        assert until(lambda: health(port).get("ready") and len(below(site.pid)) >= 5, 60), said(state, port)
        assert not until(lambda: site.poll() is not None, 5), said(state, port)
        assert health(port)["state"] == "degraded"
        site.send_signal(signal.SIGTERM)
        assert site.wait(60) == 0
    finally:
        site.kill()


def the(site: "subprocess.Popen[str]", word: bytes) -> int:
    """The first of a site's processes whose command has the word; 0 when there is none."""
    for process in sorted(below(site.pid)):
        with contextlib.suppress(OSError):
            if word in Path(f"/proc/{process}/cmdline").read_bytes():
                return process
    return 0


def killed(site: "subprocess.Popen[str]", word: bytes) -> int:
    """Kill it, once it is there; return which it was."""
    assert until(lambda: the(site, word))
    os.kill(found := the(site, word), signal.SIGKILL)
    return found


def test_without_its_broker_the_site_answers_and_the_broker_comes_back(place: Path, running: Site) -> None:
    site, port = running
    for turn in (1, 2):
        before = time.time()
        broker = killed(site, b"v.sock")
        assert until(lambda old=broker: not there(old), 5)
        assert health(port)["ready"]
        assert until(lambda now=turn: said(place, port).count("valkey runs again.") == now), said(place, port)
        assert until(lambda: health(port).get("parts", {}).get("broker") == "ok", 15)
        assert until(lambda since=before: last_heard(place) > since, 60)  # and the worker works
    assert f"valkey ended with -9: see {place}/valkey/valkey.log" in said(place, port)
    assert site.poll() is None


def times(text: str, name: str) -> int:
    return text.count(f"{name} runs again.")


def test_worker_and_schedule_are_started_again(place: Path, running: Site) -> None:
    site, port = running
    words = {"worker": b"charts@%h", "trainer": b"training@%h", "partners": b"partners@%h"}
    words |= {"beat": b"--pidfile=", "signer": b"sign_checkpoints"}
    for name, word in words.items():
        before = times(said(place, port), name)
        killed(site, word)
        assert until(lambda n=name, b=before: times(said(place, port), n) == b + 1), said(place, port)
        assert f"{name} ended with -9: see {place}/logs/{name}.log" in said(place, port)
        assert until(lambda word=word: the(site, word))
        assert health(port)["ready"]
    assert site.poll() is None


def surroundings(process: int) -> dict[str, str]:
    entries = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def test_training_stands_back_and_adds_in_one_thread(running: Site) -> None:
    site, _ = running
    trainer, web = the(site, b"training@%h"), the(site, b"granian")
    assert os.getpriority(os.PRIO_PROCESS, trainer) == os.getpriority(os.PRIO_PROCESS, web) + up_command.STANDS_BACK
    assert schedules.TRAINING_ENVIRONMENT.items() <= surroundings(trainer).items()
    assert "REMAP_SIGTERM" not in surroundings(web)


def test_when_the_web_server_dies_the_rest_stops_and_the_reason_is_named(place: Path, running: Site) -> None:
    site, port = running
    children = below(site.pid)
    killed(site, b"granian")
    assert site.wait(40) != 0
    assert f"web ended with -9: see {place}/logs/web.log" in said(place, port)
    assert until(lambda: not any(map(there, children)), 5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_asks_many_times_while_it_loads_gets_one_orderly_end(number: signal.Signals) -> None:
    with short_folder() as folder:
        port = free_port()
        site = up(folder / "state", port)
        try:
            assert until(lambda: (folder / "state" / "retromovies.sqlite3").exists()), said(folder / "state", port)
            for _ in range(6):
                site.send_signal(number)
                time.sleep(0.02)
            assert site.wait(40) == 0
            assert said(folder / "state", port).strip() == "Stopped."
        finally:
            site.kill()


# --- its parts ---------------------------------------------------------------------------------------------------
def test_a_proxy_is_not_asked_for_our_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert _answers(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def test_a_site_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """A web server that listens on another port than the one that is asked stands for one that hangs."""
    settings.STATE = tmp_path
    (tmp_path / "logs").mkdir()
    monkeypatch.setattr(up_command, "PATIENCE", 0.3)
    command = Command()
    try:
        with pytest.raises(CommandError, match=r"web does not answer after 0 s: see .*/logs/web\.log"):
            command._serve("http://127.0.0.1:9", int(free_port()))
    finally:
        command.children["web"].halt()
