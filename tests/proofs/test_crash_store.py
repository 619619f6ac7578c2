"""EIO, ENOSPC and SIGKILL at every system call of the artefact writer: nothing torn, nothing lost, no draft for ever."""

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from mlops import store
from mlops.errors import BadArtefact
from mlops.services import drafts
from tests.proofs.conftest import Tell
from tests.proofs.strace import NO_STRACE, may_trace

ROOT = Path(__file__).resolve().parents[2]
DATA = b"what must be there whole or not at all\n" * 5_000
DIGEST = hashlib.sha256(DATA).hexdigest()
FAULTS = {"EIO": "error=EIO", "ENOSPC": "error=ENOSPC", "KILL": "signal=KILL"}
SCRIPT = """
import os, sys
from django.conf import settings
settings.configure(ARTEFACTS=sys.argv[1])
from mlops import store
data = open(sys.argv[2], "rb").read()
try:
    os.stat("/put-begins")
except OSError:
    pass
digest = store.put(data)
try:
    os.stat("/put-ended")
except OSError:
    pass
print(digest)
"""
# What a file goes through; a call that is not here could not fail, so a new one in the list would fail the test below.
TRACED = "trace=%file,%desc,fsync,fdatasync"


pytestmark = pytest.mark.skipif(not may_trace() and os.environ.get("CI") != "true", reason=NO_STRACE)


def written(folder: Path, *options: str) -> tuple[int, str, list[str]]:
    """Have a process put the data; return how it ended, what it said, and its system calls."""
    (folder / "data").write_bytes(DATA)
    trace = folder / "trace"
    env = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PATH": os.environ["PATH"]}
    command = ["strace", "-f", "-qq", "-o", str(trace), "-e", TRACED, *options]
    script = [sys.executable, "-c", SCRIPT, str(folder / "artefacts"), str(folder / "data")]
    ran = subprocess.run([*command, *script], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout.strip(), trace.read_text(errors="replace").splitlines()


def calls(lines: list[str]) -> list[tuple[str, int]]:
    """The system calls between the marks, each with its number among those of its name since the process began."""
    seen: dict[str, int] = {}
    found: list[tuple[str, int]] = []
    inside = False
    for line in lines:
        match = re.match(r"\d+\s+(\w+)\(", line)
        if not match:
            continue
        name = match[1]
        seen[name] = seen.get(name, 0) + 1
        if "/put-ended" in line:
            inside = False
        if inside:
            found.append((name, seen[name]))
        if "/put-begins" in line:
            inside = True
    return found


def test_every_fault_of_the_writer_leaves_the_whole_or_nothing(
    tmp_path: Path, settings: object, long: bool, tell: Tell
) -> None:
    assert may_trace(), NO_STRACE
    settings.ARTEFACTS = tmp_path / "artefacts"  # type: ignore[attr-defined]
    ended, said, lines = written(tmp_path)
    assert (ended, said) == (0, DIGEST)
    found = calls(lines)
    names = {name for name, _ in found}
    assert {"openat", "write", "fsync", "close", "rename", "mkdir"} <= names, names
    cases = [(name, number, fault) for name, number in found for fault in FAULTS]
    chosen = cases if long else random.Random(3).sample(cases, 10)
    torn, lost, hit, left = 0, 0, 0, 0
    for name, number, fault in chosen:
        shutil.rmtree(tmp_path / "artefacts", ignore_errors=True)
        ended, said, lines = written(tmp_path, "-e", f"inject={name}:{FAULTS[fault]}:when={number}")
        hit += any("INJECTED" in line for line in lines) or ended < 0 or ended > 128
        assert fault != "KILL" or ended != 0
        outcome = _opened()
        torn += outcome == "torn"
        lost += ended == 0 and outcome != "whole"
        left += len(_drafts(tmp_path))
        assert store.put(DATA) == DIGEST  # whatever happened, the next one succeeds
        assert store.open(DIGEST) == DATA
        drafts.sweep(at=timezone.now())
        drafts.sweep(at=timezone.now() + timedelta(days=1, minutes=1))
        assert _drafts(tmp_path) == []
        assert store.open(DIGEST) == DATA
    assert (torn, lost, hit) == (0, 0, len(chosen))
    tell("system calls of the artefact writer", ", ".join(name for name, _ in found))
    tell("faults injected", f"{len(chosen)} of {len(cases)}: torn {torn}, lost {lost}, drafts left and swept {left}")


def _opened() -> str:
    """What a reader finds; torn as well when there is a file under its name that a reader must refuse."""
    try:
        return "whole" if store.open(DIGEST) == DATA else "torn"
    except BadArtefact:
        return "torn" if store.has(DIGEST) else "none"


def _drafts(folder: Path) -> list[Path]:
    return list((folder / "artefacts").glob("??/.draft-*"))
