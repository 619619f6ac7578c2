"""`manage.py up`: the whole site as one process tree, from an empty folder to an orderly end."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.moviesite.trees import ROOT, below, environment, free_port, short_folder, there, until

pytestmark = [
    pytest.mark.worker,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


def up(state: Path, port: str) -> "subprocess.Popen[str]":
    env = environment(STATE=str(state), PORT=port, DEMO="generated", EDITION_EVERY="1")
    with log(state, port).open("w") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
            process_group=0,
            text=True,
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


def refusal(state: Path, port: str) -> str:
    """What a second `up` says when it ends at once."""
    second = up(state, port)
    assert second.wait(60) != 0
    return said(state, port)


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A folder in which a site has started, answered and stopped once."""
    with short_folder() as folder:
        yield folder / "state"


def test_from_nothing_to_a_green_site_and_an_orderly_end(state: Path) -> None:
    port = free_port()
    site = up(state, port)
    try:
        assert until(lambda: health(port).get("state") == "ok", 120), said(state, port)
        children = below(site.pid)
        assert len(children) >= 6  # broker, web and its worker, Celery's two, schedule
        assert f"http://127.0.0.1:{port}" in said(state, port)
        assert (state / "accounts.txt").stat().st_mode & 0o777 == 0o600
        assert f"PORT={port} cannot be used" in refusal(state.with_name("other"), port)
        assert "Another instance is running" in refusal(state, free_port())
        assert health(port)["state"] == "ok"
        site.send_signal(signal.SIGINT)
        assert site.wait(40) == 0
        assert until(lambda: not any(map(there, children)), 5)
        assert said(state, port).rstrip().endswith("Stopped.")
    finally:
        site.kill()


def test_a_second_start_is_quick_and_a_killed_supervisor_leaves_nothing(state: Path) -> None:
    port = free_port()
    site = up(state, port)
    try:
        assert until(lambda: health(port).get("ready"), 15), said(state, port)
        assert until(lambda: len(below(site.pid)) >= 6)
        children = below(site.pid)
    finally:
        site.kill()
        site.wait()
    assert until(lambda: not any(map(there, children)), 30)


def test_when_one_part_dies_the_rest_stops_and_the_reason_is_named(state: Path) -> None:
    port = free_port()
    site = up(state, port)
    try:
        assert until(lambda: health(port).get("ready") and len(below(site.pid)) >= 6, 30), said(state, port)
        children = below(site.pid)
        (beat,) = [c for c in children if b"beat" in Path(f"/proc/{c}/cmdline").read_bytes()]
        subprocess.run(["kill", "-KILL", str(beat)], check=True)
        assert site.wait(40) != 0
        assert "beat ended with -9" in said(state, port)
        assert until(lambda: not any(map(there, children)), 5)
    finally:
        site.kill()
