"""The files of the repository, as the architecture tests look at them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("moviesite", "catalog", "mlops")


def python_files() -> Iterator[Path]:
    """Every Python file of ours but migrations, which are written by a machine."""
    for name in (*PACKAGES, "tests", "bench", "docs"):
        yield from (path for path in sorted((ROOT / name).rglob("*.py")) if "migrations" not in path.parts)
    yield ROOT / "manage.py"


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.*"))


def kept_files() -> list[Path]:
    """Every file git keeps or would keep; all but the ignored when there is no git."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in sorted(found.split("\0")) if name and (ROOT / name).is_file()]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
