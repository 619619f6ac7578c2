"""Backup, destruction, restore, verification, first page: a whole site, timed. The short form is tests/mlops/test_backups.py."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from tests.moviesite.trees import ROOT, environment, free_port, short_folder, until
from tests.proofs.conftest import Tell

pytestmark = [pytest.mark.worker, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]


@contextmanager
def site(env: dict[str, str], log: Path) -> Iterator[str]:
    """The whole site, running."""
    with log.open("a") as output:
        running = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=env, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{env['PORT']}"
    try:
        assert until(lambda: answers(f"{address}/top"), 300), log.read_text()[-3000:]
        yield address
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def managed(env: dict[str, str], *words: str) -> str:
    ran = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def destroy(state: Path) -> None:
    """The disk of the database and of the stored files is gone; what lies outside is the backup and the checkpoints."""
    for path in state.glob("retromovies.sqlite3*"):
        path.unlink()
    shutil.rmtree(state / "artefacts")
    if connection.vendor == "postgresql":
        import psycopg

        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as line:
            line.execute("DROP SCHEMA public CASCADE")
            line.execute("CREATE SCHEMA public")


def test_a_site_that_was_destroyed_comes_back(long: bool, tell: Tell) -> None:
    if not long:
        pytest.skip("the long form; the short one is tests/mlops/test_backups.py")
    with short_folder() as folder:
        state, port = folder / "state", free_port()
        env = environment(STATE=str(state), PORT=port, EDITION_EVERY="5")
        if connection.vendor == "postgresql":
            env["DATABASE_URL"] = os.environ["DATABASE_URL"]
        with site(env, folder / "up.log") as address:
            assert until(
                lambda: b"recommender v1" in page(f"{address}/models"), 900
            )  # it is trained meanwhile, standing back
            began = time.monotonic()
            tell("backup beside a serving site", managed(env, "backup", str(folder / "backup")).strip()[-200:])
        before = managed(env, "verify_edition").strip().splitlines()[-1]
        destroy(state)
        began = time.monotonic()
        if connection.vendor == "postgresql":
            managed(env, "migrate", "-v0")
        managed(env, "restore", str(folder / "backup"), "--by", "admin", "--reason", "the disk broke")
        tell("restore", f"{time.monotonic() - began:.1f} s")
        said = managed(env, "audit", "verify", "--live")
        tell("verification after it", said.strip().splitlines()[-1])
        with site(env, folder / "up2.log"):
            tell("destroyed → restored → verified → first page", f"{(time.monotonic() - began) / 60:.2f} minutes")
        after = managed(env, "verify_edition").strip().splitlines()[-1]
        tell("edition before and after", f"{before} / {after}")


def page(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bytes(answer.read())
    except OSError:
        return b""
