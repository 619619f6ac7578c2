"""`make bench`: ratios against named rivals, measured in one run. Believe the ratios, not the milliseconds."""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

PARTS = ("bench.charts", "bench.pages", "bench.partners", "bench.learning", "bench.tracking", "bench.drift")


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}\n")
    with tempfile.TemporaryDirectory(prefix="retromovies-bench-") as folder:
        environment = (
            os.environ
            | {"STATE": folder, "DJANGO_SETTINGS_MODULE": "bench.settings", "PYTHONPATH": ".:var/bench-ninja"}
            | {"API_PER_MINUTE": "1000000000", "API_PER_MONTH": "1000000000"}
        )
        for command in (["migrate", "-v0"], ["genesis"], ["load_demo", "--demo", "generated"]):
            done = subprocess.run(
                [sys.executable, "manage.py", *command], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.exit(done.stderr)
        for part in PARTS:
            subprocess.run([sys.executable, "-m", part], env=environment, check=True, cwd=Path(__file__).parents[1])


if __name__ == "__main__":
    main()
