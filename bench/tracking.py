"""Whole runs a second, each with 20 parameters and 20 metrics, against MLflow's own SQLite store in process."""

import time
from datetime import UTC, datetime

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench import rivals  # noqa: E402
from bench.timing import table  # noqa: E402
from mlops import audit  # noqa: E402
from mlops.models import Run, RunMetric  # noqa: E402
from mlops.ports import SYSTEM  # noqa: E402

SECONDS, EACH = 5.0, 20


@transaction.atomic
def log(turn: int, *, audited: bool) -> None:
    """One run as the services write it: the row, its parameters, 20 metrics with error and lead, and the audit event."""
    now = datetime.now(UTC)
    run = Run.objects.create(
        recipe_key="bench",
        state=Run.State.QUEUED,
        cause=Run.Cause.PERSON,
        reason="bench",
        params={f"param-{n}": turn + n for n in range(EACH)},
        until=now,
        queued_at=now,
        queued_by="system",
    )
    own = Run.objects.filter(pk=run.pk)
    own.update(state=Run.State.RUNNING, worker="bench", started_at=now, heartbeat_at=now)
    RunMetric.objects.bulk_create(
        RunMetric(
            run=run,
            fold="fold",
            arm="candidate",
            metric=f"metric-{n}",
            title=f"Metric {n}",
            value=turn + n / 7,
            error=0.01,
            units=100,
        )
        for n in range(EACH)
    )
    own.update(state=Run.State.SUCCEEDED, finished_at=now)
    if audited:
        audit.record("run.queued", f"run:{run.pk}", by=SYSTEM, at=now, params=run.params)


def a_second(*, audited: bool) -> float:
    log(-1, audited=audited)
    started, turn = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        log(turn, audited=audited)
        turn += 1
    return turn / (time.perf_counter() - started)


def main() -> None:
    found = rivals.ask("rival_mlflow.py", seconds=SECONDS)
    rival = found["runs"] / found["seconds"] if found else 0.0
    rows = [
        ("a run with its audit event, chained and under triggers", a_second(audited=True)),
        ("the same without the audit event", a_second(audited=False)),
    ]
    if rival:
        rows.insert(0, ("MLflow 3.17.2, SQLite store in process: create_run, log_batch, finish (the rival)", rival))
    title = f"Runs with {EACH} parameters and {EACH} metrics, {connection.vendor} (ours: WAL, synchronous NORMAL)"
    cells = [(what, f"{rate:,.0f}", f"{rate / rival:.1f}" if rival else "–") for what, rate in rows]
    table(title, ("what", "runs/s", "× MLflow"), cells)
    if not rival:
        print("**MLflow: not run** (see above)\n")


if __name__ == "__main__":
    main()
