"""Rivals that cannot live in our environment get one of their own under var/, from pinned packages, made once.

implicit needs a SciPy of its own choosing, MLflow brings a hundred packages: neither is a dependency of the site.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "bench-rivals"
PINNED = ("implicit==0.7.3", "mlflow-skinny==3.17.2", "sqlalchemy==2.1.9", "alembic==1.20.1", "scipy==1.17.1")
PYTHON = HOME / "bin" / "python"


def ask(script: str, **given: Any) -> dict[str, Any] | None:
    """Run bench/<script> in the rivals' environment with JSON in and out; None, said loudly, when it cannot be made."""
    if not _made():
        return None
    command = [str(PYTHON), str(ROOT / "bench" / script)]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
    if done.returncode:
        _loud(f"{script} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
        return None
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _made() -> bool:
    mark = HOME / "packages.txt"
    if mark.exists() and mark.read_text().split() == list(PINNED):
        return True
    print(f"Making an environment for {', '.join(PINNED)} in {HOME.relative_to(ROOT)} …", flush=True)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(HOME)],
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINNED],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            _loud(f"{' '.join(command[:4])} failed: {done.stderr.strip()[-400:]}")
            return False
    mark.write_text("\n".join(PINNED))
    return True


def _loud(why: str) -> None:
    print(f"\n{'!' * 100}\nRIVAL NOT RUN: {why}\n{'!' * 100}\n", flush=True)
