"""Children stop when asked, in order, and never outlive whoever started them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from moviesite import processes
from moviesite.processes import Kept, StartError, spawn, start_valkey, stop
from tests.moviesite.trees import ROOT, alive, environment, free_port, short_folder, until

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own signal at a parent's death is Linux's")


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as path:
        yield path


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


# --- any child ---------------------------------------------------------------------------------------------------
def test_a_child_has_a_group_of_its_own_and_writes_to_its_log(folder: Path) -> None:
    log = folder / "log"
    child = spawn(python("import os; print(os.environ['WORD'])"), env={"WORD": "hello"}, log=log)
    assert child.wait(10) == 0
    assert child.pid != os.getpgid(0)
    assert log.read_text() == "hello\n"
    stop(child)  # stopping what has ended is no error


def test_a_child_in_a_group_of_its_own_does_not_hear_ctrl_c() -> None:
    child = spawn(python("import time; time.sleep(60)"), env=dict(os.environ))
    assert os.getpgid(child.pid) == child.pid
    stop(child)
    assert child.returncode == -signal.SIGTERM


STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"])
print("ready", flush=True)
time.sleep(60)
"""


@on_linux
def test_one_that_will_not_end_is_killed_with_its_children(folder: Path) -> None:
    log = folder / "log"
    child = spawn(python(STUBBORN), env=dict(os.environ), log=log)
    assert until(lambda: "ready" in log.read_text() and len(alive(child.pid)) == 2)
    stop(child, grace=0.3)
    assert child.returncode == -signal.SIGKILL
    assert until(lambda: alive(child.pid) == [])


@on_linux
def test_what_a_dead_child_left_behind_is_killed(folder: Path) -> None:
    script = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    child = spawn(python(script), env=dict(os.environ))
    assert child.wait(10) == 0
    assert alive(child.pid) != []
    stop(child)
    assert until(lambda: alive(child.pid) == [])


def test_one_that_is_kept_is_started_again_after_longer_and_longer_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LONGEST_REST", 3.0)
    child = Kept(lambda: spawn(python("raise SystemExit(3)"), env=dict(os.environ)))
    rests = []
    for _ in range(3):
        child.begin()
        assert child.process is not None
        child.process.wait(10)
        assert (child.running, child.ended(), child.ended()) == (False, 3, None)
        rests.append(round(child.due - time.monotonic()))
        assert not child.wanted
    assert rests == [1, 2, 3]
    assert until(lambda: child.wanted, 5)


def test_one_that_lived_long_rests_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SETTLED", 0.0)
    child = Kept(lambda: spawn(python("pass"), env=dict(os.environ)))
    for _ in range(3):
        child.begin()
        assert child.process is not None
        child.process.wait(10)
        assert child.ended() == 0
        assert round(child.due - time.monotonic()) == 1


def test_one_that_cannot_be_started_rests_too(folder: Path) -> None:
    child = Kept(lambda: spawn([str(folder / "nothing")], env={}))
    with pytest.raises(OSError, match="nothing"):
        child.begin()
    assert not child.wanted
    assert child.ended() is None
    assert until(lambda: child.wanted, 3)


# --- the broker --------------------------------------------------------------------------------------------------
def test_the_broker_keeps_what_it_was_given_over_a_restart(folder: Path) -> None:
    for turn in range(2):
        process, url = start_valkey(folder)
        assert url == f"unix://{folder}/v.sock"
        with redis.Redis.from_url(url) as client:
            assert client.get("kept") == (b"yes" if turn else None)
            client.set("kept", "yes")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        stop(process)
        assert process.returncode == 0


def test_a_killed_broker_starts_again_on_the_same_folder(folder: Path) -> None:
    process, url = start_valkey(folder)
    with redis.Redis.from_url(url) as client:
        client.set("kept", "yes")
        client.waitaof(1, 0, 5000)
    process.kill()
    process.wait()
    again, url = start_valkey(folder)
    with redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"yes"
    stop(again)


def test_only_we_may_reach_the_broker(folder: Path) -> None:
    process, _ = start_valkey(folder / "new")
    assert (folder / "new").stat().st_mode & 0o777 == 0o700
    assert (folder / "new" / "v.sock").stat().st_mode & 0o077 == 0
    stop(process)


def test_a_stale_socket_is_no_obstacle(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(folder / "v.sock"))
    process, url = start_valkey(folder)
    with redis.Redis.from_url(url) as client:
        assert client.ping()
    stop(process)


def test_a_second_instance_on_the_same_folder_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOCK_PATIENCE", 0.2)
    process, url = start_valkey(folder)
    with pytest.raises(StartError, match="Another instance is running"):
        start_valkey(folder)
    with redis.Redis.from_url(url) as client:
        assert client.ping()
    stop(process)
    again, _ = start_valkey(folder)
    stop(again)


def test_a_path_too_long_for_a_socket_is_refused_in_words(folder: Path) -> None:
    with pytest.raises(StartError, match="use a shorter STATE"):
        start_valkey(folder / ("x" * 90))


def test_a_broker_that_gives_up_says_why(folder: Path) -> None:
    (folder / "appendonlydir").mkdir()
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("this is no manifest\n")
    with pytest.raises(StartError, match=r"valkey\.log ends with:(?s:.)*manifest"):
        start_valkey(folder)


# --- the whole tree ----------------------------------------------------------------------------------------------
SUPERVISOR = """
import os, sys, time
from pathlib import Path
from moviesite.processes import spawn, start_valkey
state = Path(os.environ["STATE"])
broker, url = start_valkey(state / "valkey")
env = os.environ | {"REDIS_URL": url}
celery = [sys.executable, "-m", "celery", "-A", "moviesite"]
worker = spawn([*celery, "worker", "-Q", "charts", "-c", "2", "-l", "INFO"], env=env, log=state / "worker.log")
beat = spawn([*celery, "beat", "--pidfile="], env=env, log=state / "beat.log")
granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", os.environ["PORT"], "--workers", "2"]
web = spawn([*granian, "--workers-kill-timeout", "5", "moviesite.wsgi:application"], env=env, log=state / "web.log")
print(broker.pid, worker.pid, beat.pid, web.pid, flush=True)
time.sleep(300)
"""


def supervised(state: Path) -> tuple["subprocess.Popen[str]", list[int]]:
    """Start broker, worker, schedule and web under one supervisor; return it and their groups."""
    env = environment(STATE=str(state), PORT=free_port())
    supervisor = subprocess.Popen(
        python(SUPERVISOR), cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert supervisor.stdout is not None
    return supervisor, [int(word) for word in supervisor.stdout.readline().split()]


def killed(supervisor: "subprocess.Popen[str]") -> None:
    supervisor.kill()
    supervisor.wait()
    assert supervisor.stdout is not None
    supervisor.stdout.close()


@on_linux
@pytest.mark.worker
@pytest.mark.parametrize("moment", ["nothing yet", "[INFO] Listening at", "Started worker-2"])
def test_a_killed_supervisor_leaves_no_process_behind(folder: Path, moment: str) -> None:
    """At its end too early for the web's workers to hear a signal, and when all is up."""
    supervisor, groups = supervised(folder)
    try:
        assert len(groups) == 4
        assert moment == "nothing yet" or until(lambda: moment in (folder / "web.log").read_text(), 60)
        if moment == "Started worker-2":
            assert until(lambda: " ready." in (folder / "worker.log").read_text(), 60)
            assert sum(len(alive(group)) for group in groups) >= 8  # two prefork children, two web workers
    finally:
        killed(supervisor)
    assert until(lambda: [pid for group in groups for pid in alive(group)] == [], 30)
