"""What a run ran on: interpreter, platform, libraries, threads, code. What cannot be found out is «unknown»."""

import contextlib
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg  # so that its solver is there when threads are pinned
from django.conf import settings
from threadpoolctl import threadpool_info, threadpool_limits

UNKNOWN = "unknown"
LOCK = "requirements/run.txt"
THREADS = 1  # one thread adds in one order: the same bytes each time
VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SHOWN = ("user_api", "internal_api", "version", "num_threads", "architecture", "threading_layer")


@contextlib.contextmanager
def pinned() -> Iterator[None]:
    """Have libraries of numbers use one thread, those that are loaded and those that a recipe loads inside."""
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, str(THREADS)))
    try:
        with threadpool_limits(THREADS):
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def facts() -> dict[str, Any]:
    """Return what is recorded on a run, as JSON holds it."""
    return {
        "python": sys.version.split()[0],
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "processor": platform.machine() or UNKNOWN,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "threads": [_pool(found) for found in threadpool_info()],
        **_locked(),
        **_code(),
    }


def _pool(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in SHOWN if name in found}


def _locked() -> dict[str, str]:
    """The digest of the lock file, or else of what is installed, by name and version."""
    lock = _root() / LOCK
    if lock.is_file():
        return {"lock": LOCK, "lock_digest": hashlib.sha256(lock.read_bytes()).hexdigest()}
    return {"lock": "installed packages", "lock_digest": _installed()}


@cache
def _installed() -> str:
    names = sorted({f"{found.name.lower()}=={found.version}" for found in metadata.distributions()})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def _root() -> Path:
    """Where the code is: what settings call BASE_DIR, or the folder that this package is in."""
    return Path(getattr(settings, "BASE_DIR", Path(__file__).resolve().parents[2]))


def _code() -> dict[str, Any]:
    """Commit and whether files differ from it; without git, what an image says it was built of, or a digest of the files."""
    commit = _git("rev-parse", "HEAD")
    if commit:
        return {"commit": commit, "dirty": bool(_git("status", "--porcelain"))}
    told = os.environ.get("COMMIT", UNKNOWN)
    return {"commit": told if told != UNKNOWN else f"files-{_files(_root())}", "dirty": UNKNOWN}


@cache
def _files(root: Path) -> str:
    """The digest of every Python file of the packages at the root, with its path."""
    whole = hashlib.sha256()
    for package in sorted(found.parent for found in root.glob("*/__init__.py")):
        for path in sorted(package.rglob("*.py")):
            whole.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _git(*words: str) -> str:
    if not (_root() / ".git").exists():
        return ""
    try:
        ran = subprocess.run(["git", *words], cwd=_root(), capture_output=True, text=True, timeout=10, check=True)  # noqa: S603, S607
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.strip()
