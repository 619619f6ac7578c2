"""`python -m tests.proofs NAME…`: the long form of proofs, on SQLite and on PostgreSQL, with their figures.

NAME: audit, paths, promotion, crash, outage, model, erasure, backup, rankings, judges, neighbours, search, keeping, watching,
moving, webhooks, bulk, contract;
each is tests/proofs/test_NAME*.py.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.run import FOREIGN

HERE = Path(__file__).parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
ON_POSTGRES = [sys.executable, "-m", "tests.postgres", "--"]


def prove(name: str) -> int:
    """Run one proof on both databases, print its figures, and return how many of the two runs failed."""
    files = [str(path) for path in sorted(HERE.glob(f"test_{name}*.py"))]
    if not files:
        sys.exit(f"No proof {name}; there are: {', '.join(known())}.")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="retromovies-proof-") as folder:
        figures = Path(folder) / "figures"
        env = {key: value for key, value in os.environ.items() if key not in FOREIGN}
        env |= {"PROOFS": "long", "PROOFS_FIGURES": str(figures)}
        for database, first in (("SQLite", []), ("PostgreSQL", ON_POSTGRES)):
            start = time.monotonic()
            ran = subprocess.run([*first, *PYTEST, *files], env=env, check=False)
            failed += bool(ran.returncode)
            print(f"{name} on {database}: {'FAILED' if ran.returncode else 'held'}, {time.monotonic() - start:.0f} s")
        for line in figures.read_text().splitlines() if figures.exists() else []:
            told = json.loads(line)
            print(f"  {told['database']:<11}{told['what']}: {told['value']}")
    return failed


def known() -> list[str]:
    return sorted({path.stem.split("_")[1] for path in HERE.glob("test_*.py")})


if __name__ == "__main__":
    sys.exit(min(1, sum(prove(name) for name in sys.argv[1:] or known())))
