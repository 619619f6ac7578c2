"""Which process works: a name that tells later, on the same machine, whether that very process is still there."""

import functools
import hashlib
import os
import socket
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SPACE = Path("/proc/self/ns/pid")
_STARTED = 19  # of the fields after the name in /proc/PID/stat: clock ticks between boot and its start


def myself() -> str:
    """Return the name of this process: host, number and, on Linux, where that number counts and when it started."""
    host, pid = socket.gethostname()[:60], os.getpid()
    started = _started(pid)
    return f"{host}:{pid}:{_place()}:{started}" if _place() and started else f"{host}:{pid}"


def is_gone(worker: str) -> bool:
    """Say whether a worker is known to be dead. False as well when it was another machine's, or one cannot tell."""
    parts = worker.rsplit(":", 3)
    if len(parts) < 4 or not parts[1].isdigit() or not parts[2] or parts[2] != _place():
        return False
    return _started(int(parts[1])) != parts[3]


@functools.lru_cache(maxsize=1)
def _place() -> str:
    """Name the space in which process numbers count: this boot of this machine, and the container in it."""
    try:
        told = f"{_BOOT.read_text().strip()} {os.readlink(_SPACE)}"
    except OSError:
        return ""
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _started(pid: int) -> str:
    """Return when a process started, or nothing when there is none, or only what is left of one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[_STARTED]
