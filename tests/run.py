"""`python -m tests.run [STEP…]`: every check and every test, each step timed; what `make test` calls.

Steps: lint format types imports templates migrations deploy alone sqlite postgres browser. Without a name all of them run:
three at a time, whatever fails before; the exit code is 1 when anything failed.
"""

import functools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.chromium import CHROMIUM, NO_BROWSER
from tests.curl import CURL, NO_CURL
from tests.words import GETTEXT, NO_GETTEXT

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=12"]
# What a shell may have set for a running site means nothing here.
FOREIGN = (
    "DATABASE_URL",
    "DEMO",
    "DJANGO_SETTINGS_MODULE",
    "EDITION_EVERY",
    "OWNER_DATABASE_URL",
    "PORT",
    "PROOFS",
    "PROOFS_FIGURES",
    "REDIS_URL",
    "STATE",
)
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "moviesite.settings.production",
    "SECRET_KEY": "only-for-this-check-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "retromovies.example",
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9/0",
}
# Pages and figures that are made of what other tests ask both databases for, and proofs in which one only looks on.
LOOKED_AT = (
    *("admin_start", "developers", "formats", "frames", "german", "keeping_pages", "lost"),
    *(f"api_{name}" for name in ("golden", "headers", "limits", "links", "matrix", "refusals", "webhook_shapes")),
    *("machines", "house_rules", "rank_receipts", "rankings"),
    *("statistics", "terms", "watch_pages", "watching_pages", "windows"),
)
LOOKED_ON = ("contract", "judges", "model_serving", "neighbours", "outage_broker", "rankings", "watching")
OF_THIS_SITE = ("test_admin", "test_manifests", "test_voters")
say = functools.partial(print, flush=True)


@dataclass(frozen=True)
class Step:
    """One command. Of a suite the tests are counted, of anything else the exit code."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    suite: bool = False
    nice: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a step."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float


def steps() -> list[Step]:
    manage = [sys.executable, "manage.py"]
    test = {"DJANGO_SETTINGS_MODULE": "moviesite.settings.test"}
    templates = [str(path) for path in sorted((ROOT / "templates").rglob("*.html"))]
    on_postgres = [sys.executable, "-m", "tests.postgres", "--", *PYTEST]
    # What knows no database, the browser, which has seen the pages, whole trainings of the site's own recommender, and
    # the two proofs in which the database only looks on: once is enough. `make prove-…` runs those on both, and longer.
    elsewhere = (
        "pure",
        "architecture",
        "browser",
        *(f"catalog/test_{name}.py" for name in LOOKED_AT),
        *("mlops/test_arrays.py", "mlops/test_verify_script.py"),
        "flows/test_replay.py",
        "flows/test_generated_candidate.py",
        "flows/test_generated_client.py",
        "flows/test_getting_started.py",
        *(f"moviesite/test_{name}.py" for name in ("env", "keys", "processes", "up")),
        *(f"proofs/test_{name}.py" for name in LOOKED_ON),
    )
    no_database = [f"--ignore=tests/{name}" for name in elsewhere]
    # What mlops asks of SQLite it asks on another site, all but what is about this site's accounts and its admin.
    folders = {path.parent for path in (ROOT / "tests").glob("*/test_*.py")}
    here = {folder for folder in folders if folder.name not in ("alone", "browser", "mlops")}
    another_site = ["-c", "tests/alone/pytest.ini", "--rootdir=.", "tests/alone", "tests/mlops"]
    here |= {path for path in (ROOT / "tests/mlops").glob("test_*.py") if path.stem.startswith(OF_THIS_SITE)}
    return [
        Step("lint", [str(BIN / "ruff"), "check", "."]),
        Step("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Step("types", [str(BIN / "mypy")]),
        Step("imports", [str(BIN / "lint-imports"), "--no-logo"]),
        Step("templates", [str(BIN / "djade"), "--target-version", "5.2", "--check", *templates]),
        Step("migrations", [*manage, "makemigrations", "--check", "--dry-run"], test),
        Step("deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
        Step("alone", [*PYTEST, *another_site], suite=True, nice=10),
        Step("sqlite", [*PYTEST, *map(str, sorted(here))], suite=True),
        Step("postgres", [*on_postgres, *no_database], suite=True),
        *([Step("browser", [*PYTEST, "tests/browser"], suite=True)] if CHROMIUM else []),
    ]


def run(step: Step, aside: bool = False) -> Outcome:
    """Run a step: a suite writes as it goes, or, beside another, when it is done; anything else only when it fails."""
    head = f"\n=== {step.name} {'=' * (95 - len(step.name))}"
    if not aside:
        say(head)
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN} | step.env
    start = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        ["nice", "-n", str(step.nice), *step.command],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if not aside:
                say(line, end="")
    seconds = time.monotonic() - start
    if aside:
        say("\n".join((head, "".join(lines) if step.suite or process.returncode else "ok")))
    if not step.suite:
        return Outcome(step.name, int(not process.returncode), int(bool(process.returncode)), 0, seconds)
    passed, failed, skipped = counted(lines)
    return Outcome(step.name, passed, max(failed, int(bool(process.returncode))), skipped, seconds)


def counted(lines: Iterable[str]) -> tuple[int, int, int]:
    """Return how many passed, failed or broke, and were skipped, from pytest's closing line."""
    closing = [
        line for line in lines if re.search(r"\b\d+ (passed|failed|errors?|skipped|deselected)\b.* in [\d.]+s", line)
    ]
    found = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", closing[-1])} if closing else {}
    failed = found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0)
    return found.get("passed", 0), failed, found.get("skipped", 0)


def table(outcomes: list[Outcome]) -> str:
    rows = [f"{'step':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}"]
    rows += [f"{o.name:<12}{o.passed:>8}{o.failed:>8}{o.skipped:>9}{o.seconds:>9.1f}" for o in outcomes]
    return "\n".join(rows)


def run_all(chosen: list[Step]) -> list[Outcome]:
    """Run three at a time: two processors' work, and one suite that stands back and takes what those leave while they wait.

    The first suite that does not stand back writes as it goes.
    """
    first = next((step for step in chosen if step.suite and not step.nice), chosen[0])
    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(lambda step: run(step, aside=step is not first), chosen))


def main(names: list[str]) -> int:
    known = {step.name: step for step in steps()}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"No step {', '.join(unknown)}; there are: {', '.join(known)}.")
    start = time.monotonic()
    outcomes = run_all([known[name] for name in names or known])
    say(f"\n{table(outcomes)}\nin {time.monotonic() - start:.0f} seconds")
    if not CHROMIUM:
        say(f"\n{'!' * 100}\n{NO_BROWSER.center(100)}\n{'!' * 100}")
    if not CURL:
        say(f"\n{'!' * 100}\n{NO_CURL.center(100)}\n{'!' * 100}")
    if not GETTEXT:
        say(f"\n{'!' * 100}\n{NO_GETTEXT.center(100)}\n{'!' * 100}")
    failed = sum(outcome.failed for outcome in outcomes)
    say(f"\n{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
