"""Whether this machine has strace, and lets it look into processes: some proofs make system calls fail by it."""

import functools
import shutil
import subprocess

NO_STRACE = "strace is missing or may not trace: faults at the system calls of the artefact writer are NOT PROVED"


@functools.cache
def may_trace() -> bool:
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0
