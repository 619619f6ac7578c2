"""What a piece of work takes: seconds, processor seconds, and the most memory that was resident."""

import contextlib
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mlops.services.claims import Usage

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # makes the kernel forget the peak there was


@dataclass
class Meter:
    """Runs from its making on."""

    begun: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=time.process_time)

    def read(self) -> Usage:
        return Usage(time.monotonic() - self.begun, time.process_time() - self.cpu, peak())


@contextlib.contextmanager
def metered() -> Iterator[Meter]:
    """Measure what is done inside."""
    with contextlib.suppress(OSError):
        CLEAR.write_text(RESET_PEAK)
    yield Meter()


def peak() -> float | None:
    """Return the most megabytes resident since metering began; where the kernel cannot say, since the process did."""
    try:
        lines = STATUS.read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
